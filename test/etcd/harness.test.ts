import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { describeWith } from './harness/describe-with.ts';
import { startEtcd, type Etcd } from './harness/start-etcd.ts';
import { requiredTool, tool } from './harness/tool.ts';
import { until } from './harness/until.ts';

const run = promisify(execFile);
jest.setTimeout(60_000); // for machines that are busy

describe.each(['3.4', '3.5', '3.6'] as const)('etcd %s', (version) => {
  describeWith([`etcd-${version}`], `etcd ${version} on its own`, () => {
    it('starts, takes a write, stops and leaves nothing behind', async () => {
      const etcd = await startEtcd({ version });
      expect(etcd.version).toMatch(new RegExp(`^${version}\\.`));
      expect(await etcd.client.put('/registry/configmaps/ns/a', 'hello')).toBe(2);
      expect(await etcd.client.get('/registry/configmaps/ns/a')).toMatchObject({ version: 1, modRevision: 2 });
      expect(statSync(etcd.dbFile).size).toBeGreaterThan(0);

      await etcd.stop();

      expect(isAlive(etcd.pid)).toBe(false);
      expect(existsSync(dirname(etcd.dataDir))).toBe(false);
    });
  });
});

describeWith(['etcd'], 'an etcd and its client', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());

  it('writes many keys in one revision by one transaction', async () => {
    const revision = await etcd.client.txn([
      { put: '/txn/a', value: '1' },
      { put: '/txn/b', value: '2' },
    ]);
    expect(await etcd.client.list('/txn/')).toMatchObject([
      { key: '/txn/a', modRevision: revision },
      { key: '/txn/b', modRevision: revision },
    ]);
    expect(await etcd.client.txn([{ delete: '/txn/a' }, { delete: '/txn/b' }])).toBe(revision + 1);
    expect(await etcd.client.list('/txn/')).toEqual([]);
  });

  it('deletes the keys of a lease in one revision when it is revoked', async () => {
    const lease = await etcd.client.grantLease(600);
    await etcd.client.put('/lease/a', '1', { lease });
    const before = await etcd.client.put('/lease/b', '2', { lease });
    await etcd.client.revokeLease(lease);
    expect(await etcd.client.list('/lease/')).toEqual([]);
    expect((await etcd.client.status()).revision).toBe(before + 1);
  });

  it('makes 5,000 writes in bulk, each a revision of its own', async () => {
    const before = (await etcd.client.status()).revision;
    const entries = Array.from({ length: 5_000 }, (_, index) => [`/bulk/${index % 100}`, 'x'.repeat(200)] as const);
    expect(await etcd.client.putAll(entries)).toBe(before + 5_000);
  });

  it('shrinks by compaction and defragmentation', async () => {
    const before = await etcd.client.status();
    await etcd.client.compact(before.revision);
    await etcd.client.defragment();
    expect((await etcd.client.status()).sizeBytes).toBeLessThan(before.sizeBytes);
  });
});

describeWith(['etcd'], 'an etcd with a small quota', () => {
  it('raises NOSPACE when it is full, and writes again when that is disarmed', async () => {
    const etcd = await startEtcd({ quotaBytes: 1 << 20 });
    const large = Array.from({ length: 1_000 }, (_, index) => [`/full/${index % 32}`, Buffer.alloc(100_000)] as const);
    await expect(etcd.client.putAll(large, { inFlight: 4 })).rejects.toThrow(/database space exceeded/);
    await until('the alarm', async () => (await etcd.client.alarms()).some(({ alarm }) => alarm === 'NOSPACE'));

    const revision = await etcd.client.txn(large.slice(0, 32).map(([key]) => ({ delete: key })));
    await etcd.client.compact(revision);
    await etcd.client.defragment();
    await etcd.client.disarmAlarms();

    expect(await etcd.client.put('/full/again', 'fits')).toBe(revision + 1);
    await etcd.stop();
  });
});

describeWith(['etcd'], 'an etcd of three members', () => {
  it('has one leader, and keeps its files until it is stopped for good', async () => {
    const etcd = await startEtcd({ members: 3 });
    await etcd.client.put('/a', '1');
    const { leaderId } = await etcd.client.status();
    expect(leaderId).not.toBe('0');
    expect(new Set(etcd.endpoints).size).toBe(3);

    await etcd.stop({ keepFiles: true });
    expect(etcd.members.map(({ pid }) => isAlive(pid))).toEqual([false, false, false]);
    expect(etcd.members.every(({ dbFile }) => existsSync(dbFile))).toBe(true);

    await etcd.stop();
    expect(existsSync(etcd.dataDir)).toBe(false);
  });
});

describeWith(['etcd'], 'an etcd whose test was killed', () => {
  it('ends too, with its files', async () => {
    const victim = `
      const { startEtcd } = await import(${JSON.stringify(new URL('./harness/start-etcd.ts', import.meta.url).href)});
      const { pid, dataDir } = await startEtcd();
      process.stdout.write(pid + ' ' + dataDir);
      process.kill(process.pid, 'SIGKILL');
    `;
    const child = execFile(process.execPath, ['--input-type=module', '--eval', victim]);
    let told = '';
    child.stdout?.on('data', (piece: string) => (told += piece));
    await once(child, 'close');
    const [pid = '', dataDir = ''] = told.split(' ');
    expect(dataDir).not.toBe('');
    await until('etcd to end', () => !isAlive(Number(pid)));
    await until('its files to go', () => !existsSync(dirname(dataDir)));
  });
});

describeWith(['etcd', 'etcdctl', 'etcdutl'], "etcd's command lines", () => {
  it('save a snapshot and read it', async () => {
    const etcd = await startEtcd();
    await etcd.client.put('/a', '1');
    const file = `${etcd.dataDir}.snapshot`;
    await run(requiredTool('etcdctl'), ['--endpoints', etcd.endpoint, 'snapshot', 'save', file]);
    const { stdout } = await run(requiredTool('etcdutl'), ['snapshot', 'status', file, '--write-out', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ revision: 2 });
    await etcd.stop();
  });
});

describe('looking for a program', () => {
  const assets = mkdtempSync(join(tmpdir(), 'kubechurn-assets-'));
  const before = process.env['KUBEBUILDER_ASSETS'];
  afterAll(() => {
    rmSync(assets, { recursive: true });
    if (before === undefined) delete process.env['KUBEBUILDER_ASSETS'];
    else process.env['KUBEBUILDER_ASSETS'] = before;
  });

  it('takes a plain etcd for the version that it says it is', () => {
    const etcd = join(assets, 'etcd');
    writeFileSync(etcd, '#!/bin/sh\necho "etcd Version: 3.5.99"\n', { mode: 0o755 }); // only its --version is asked
    process.env['KUBEBUILDER_ASSETS'] = assets;
    expect(tool('etcd')).toBe(etcd);
    expect(tool('etcd-3.5')).toBe(etcd);
    expect(tool('etcd-3.6')).not.toBe(etcd);
  });

  it('finds nothing where there is nothing, and says how to get it', () => {
    expect(tool('no-such-program')).toBeUndefined();
    expect(() => requiredTool('no-such-program')).toThrow(/no-such-program is missing: run/);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
