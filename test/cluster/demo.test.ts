import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { kubechurn } from '../incidents/triage.ts';

jest.setTimeout(400_000); // for machines that are busy

const demo = fileURLToPath(new URL('../../tools/demo-cluster.ts', import.meta.url));

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'make demo-cluster', () => {
  it('shows the whole loop: the warning, who it is, the throttle, the database back', async () => {
    if (!existsSync(kubechurn)) throw new Error('dist/kubechurn is missing: run "make build"');
    const { promise, resolve } = Promise.withResolvers<{ code: number | null; said: string }>();
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', demo], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('close', (code) => resolve({ code, said }));
    const { code, said: all } = await promise;
    if (code !== 0) throw new Error(all);
    for (const wanted of [
      /^Warning: kubechurn: \/data\/mode of configmaps\/settings is rewritten \d+\/min by /m,
      /^shop +configmaps\/settings .* field-fight$/m,
      /^1\. CRITICAL {2}field-fight/m,
      /slowed by kubechurn: \/data\/mode goes back and forth/,
      /^Done: every member is small again\.$/m,
      /^one more ConfigMap: created$/m,
    ])
      expect(all).toMatch(wanted);
  });
});
