import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { requiredTool } from '../etcd/harness/tool.ts';

describeWith(['helm'], 'manifests/', () => {
  it('is what the chart renders today', () => {
    const tool = fileURLToPath(new URL('../../tools/manifests.ts', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', tool, '--check'], {
      encoding: 'utf8',
      env: { PATH: `${dirname(requiredTool('helm'))}:${process.env['PATH'] ?? ''}` },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
