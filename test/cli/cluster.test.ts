import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../etcd/harness/free-ports.ts';
import { kubechurn } from './run-kubechurn.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubechurn-cluster-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function kubeconfig(): Promise<string> {
  const [port] = await freePorts(1);
  const file = join(directory, 'config');
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

describe('a cluster that cannot be asked', () => {
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['no kubeconfig', ['top'], 2, /there is no cluster to ask/],
    ['a kubeconfig that is missing', ['triage', '--kubeconfig', '/nonexistent'], 2, /ENOENT.*give --kubeconfig FILE/],
    ['another context', ['top', '--kubeconfig', 'CONFIG', '--context', 'there'], 2, /no context "there": it has here/],
    ['nobody at its address', ['top', '--kubeconfig', 'CONFIG'], 1, /does not answer \(.*ECONNREFUSED/],
    ['nobody to watch', ['triage', '--kubeconfig', 'CONFIG', '--watch', '1s'], 1, /does not answer \(.*ECONNREFUSED/],
    ['nobody to stop', ['throttle', 'stop', '--kubeconfig', 'CONFIG'], 1, /does not answer \(.*ECONNREFUSED/],
    ['nobody to check', ['check', '--kubeconfig', 'CONFIG'], 1, /does not answer \(.*ECONNREFUSED/],
    ['a second source', ['triage', '--kubeconfig', 'CONFIG', '--snapshot', 'db'], 2, /give no other source/],
    ['no analyzer where one is said to be', ['top', '-A', '--analyzer', 'http://127.0.0.1:9'], 1, /does not answer/],
    ['a duration that is none', ['triage', '--kubeconfig', 'CONFIG', '--watch', 'long'], 2, /--watch takes a duration/],
  ];
  it.each(cases)('with %s is told in one sentence', async (_, args, code, sentence) => {
    const config = await kubeconfig();
    const outcome = await kubechurn(args.map((arg) => (arg === 'CONFIG' ? config : arg)));
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(/^kubechurn: [^\n]+\n$/);
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.stderr).not.toContain('secret');
  });
});
