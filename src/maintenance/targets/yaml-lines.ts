import type { EtcdFlag } from './flags.ts';

/** `controlPlane:` and below it, each two columns deeper, the rest of the path, then the lines. */
export function under(path: readonly string[], lines: readonly string[]): string {
  const indented = path.map((key, depth) => `${'  '.repeat(depth)}${key}:`);
  return [...indented, ...lines.map((line) => `${'  '.repeat(path.length)}${line}`)].join('\n');
}

/** `- --name=value`. */
export function dashed(flags: readonly EtcdFlag[]): string[] {
  return flags.map(([name, value]) => `- --${name}=${value}`);
}

/** `name: "value"`. */
export function mapped(flags: readonly EtcdFlag[]): string[] {
  return flags.map(([name, value]) => `${name}: "${value}"`);
}
