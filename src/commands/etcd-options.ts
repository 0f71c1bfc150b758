import { Option, type Command } from 'commander';
import { etcdOptions } from '../config/etcd-options.ts';

/** Adds etcdctl's options for reaching an etcd; `etcdConnection` makes a connection of their values and the environment. */
export function addEtcdOptions(command: Command): Command {
  for (const { flag, argument, variable, doc, hidden } of etcdOptions) {
    const option = new Option(argument === undefined ? flag : `${flag} ${argument}`, `${doc} (env: ${variable})`);
    command.addOption(hidden ? option.hideHelp() : option);
  }
  return command;
}
