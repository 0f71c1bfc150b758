import { spawnSync } from 'node:child_process';
import { requiredTool } from '../../etcd/harness/tool.ts';
import { schemaLocation } from './json-schemas.ts';

type Answer = {
  readonly resources: readonly { readonly kind: string; readonly name: string; readonly status: string; readonly msg: string }[];
};

/** What kubeconform says of a YAML stream, by these schemas only: nothing is fetched. */
export function kubeconform(yaml: string, schemas: string): { valid: number; others: string[] } {
  const location = ['-schema-location', `${schemas}/${schemaLocation}`];
  const { stdout, stderr, error } = spawnSync(
    requiredTool('kubeconform'),
    ['-strict', '-verbose', '-output', 'json', ...location, '-'],
    { input: yaml, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (error) throw error;
  if (stdout === '') throw new Error(stderr);
  const { resources } = JSON.parse(stdout) as Answer;
  const valid = resources.filter(({ status }) => status === 'statusValid').length;
  const others = resources.filter(({ status }) => status !== 'statusValid' && status !== '');
  return {
    valid,
    others: others.map(({ kind, name, status, msg }) => `${kind} ${name}: ${status}: ${msg}`),
  };
}
