import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../../Dockerfile', import.meta.url));

export type Instruction = { readonly name: string; readonly rest: string };

/** The instructions of the stages in their order; a stage without a name is called by its number. */
export function stages(): ReadonlyMap<string, readonly Instruction[]> {
  const lines = readFileSync(file, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const found = new Map<string, Instruction[]>();
  let current: Instruction[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
    if (name === 'FROM') {
      current = [];
      found.set(/ AS (\S+)$/.exec(rest)?.[1] ?? String(found.size), current);
    }
    current.push({ name, rest });
  }
  return found;
}
