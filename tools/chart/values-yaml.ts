import { stringify } from 'yaml';
import type { Value } from './value.ts';

/** values.yaml: every setting at its default, under one line that says what it is. */
export function valuesYaml(values: readonly Value[], head: string): string {
  return `# ${head}\n${lines(values, 0).join('\n')}\n`;
}

function lines(values: readonly Value[], depth: number): string[] {
  const heads = Map.groupBy(values, ({ path }) => path.split('.')[0] ?? path);
  const indent = '  '.repeat(depth);
  return [...heads].flatMap(([head, those]) => {
    const [only] = those;
    const before = depth === 0 && those.length > 1 ? [''] : [];
    if (only?.path === head)
      return [`${indent}# ${only.doc}`, ...stringify({ [head]: only.default ?? null }).trimEnd().split('\n').map((line) => indent + line)];
    const within = those.map((each) => ({ ...each, path: each.path.slice(head.length + 1) }));
    return [...before, `${indent}${head}:`, ...lines(within, depth + 1)];
  });
}
