import { execFileSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const broughtHere = fileURLToPath(new URL('../../../.tools/bin', import.meta.url));

/**
 * Path of a program the tests start (`etcd`, `etcd-3.5`, `kube-apiserver` ...), or undefined where it is not to be had.
 * Places, in this order: $KUBEBUILDER_ASSETS, PATH, .tools/bin (tools/bring/bring.sh fills it, with the same order).
 * A plain `etcd` counts as the `etcd-3.x` that its `--version` says it is.
 */
export function tool(name: string): string | undefined {
  const places = [process.env['KUBEBUILDER_ASSETS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const place of places.filter((path) => path !== '' && path !== broughtHere)) {
    if (isProgram(join(place, name))) return join(place, name);
    const version = /^etcd-(3\.\d+)$/.exec(name)?.[1];
    const etcd = join(place, 'etcd');
    if (version && isProgram(etcd) && etcdVersion(etcd).startsWith(`${version}.`)) return etcd;
  }
  const brought = join(broughtHere, name);
  return isProgram(brought) ? brought : undefined;
}

/** As {@link tool}, but throws a sentence that says how to get the program. */
export function requiredTool(name: string): string {
  const path = tool(name);
  if (path === undefined) throw new Error(`${name} is missing: run "tools/bring/bring.sh ${name}"`);
  return path;
}

const versions = new Map<string, string>();

/** The version an etcd says it has, such as "3.6.8"; "" when it does not run. */
export function etcdVersion(program: string): string {
  const known = versions.get(program);
  if (known !== undefined) return known;
  const version = /^etcd Version: (\S+)/m.exec(versionOutput(program))?.[1] ?? '';
  versions.set(program, version);
  return version;
}

function versionOutput(program: string): string {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
