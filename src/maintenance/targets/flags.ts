/** A flag of etcd without its dashes, and its value. */
export type EtcdFlag = readonly [name: string, value: string];

/** What we advise; etcd's maintainers suggest 8 GiB at most. */
export const advisedQuotaBytes = 8 * 1024 ** 3;

export const quotaFlags: readonly EtcdFlag[] = [['quota-backend-bytes', String(advisedQuotaBytes)]];

/** etcd's own compaction, which goes on under NOSPACE; kube-apiserver's comes first, every 5 minutes. */
export const autoCompactionFlags: readonly EtcdFlag[] = [
  ['auto-compaction-mode', 'periodic'],
  ['auto-compaction-retention', '30m'],
];

/** Flags by name from an etcd's arguments: `--name=value`, `--name value`, one dash or two; a bare name is "true". */
export function flagsIn(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  args.forEach((argument, i) => {
    const [, name, value] = /^--?([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const next = args[i + 1] ?? '-';
    if (name !== undefined) flags.set(name, value ?? (next.startsWith('-') ? 'true' : next));
  });
  return flags;
}

/**
 * Flags by name from the text of a static pod's manifest (`- --name=value`) or of an etcd configuration file
 * (`name: value`), both of which state one a line.
 */
export function flagsInFile(text: string): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, argument, value] = /^\s*- --([a-z][a-z0-9-]*)=(.*?)\s*$/.exec(line) ?? [];
    const [, setting, stated = ''] = /^([a-z][a-z0-9-]*):\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (argument !== undefined && value !== undefined) flags.set(argument, unquoted(value));
    else if (setting !== undefined) flags.set(setting, unquoted(stated));
  }
  return flags;
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
