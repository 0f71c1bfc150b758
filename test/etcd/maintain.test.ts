import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { decryptFile, readBackupKey } from '../../src/maintenance/backup/encryption.ts';
import { recordText } from '../../src/report/maintenance/record-text.ts';
import { paletteFor } from '../../src/report/text/palette.ts';
import { describeWith } from './harness/describe-with.ts';
import { fill, lostKeys } from './harness/fill.ts';
import { atRest, filled, fullCluster, quotaBytes, started } from './harness/full-cluster.ts';
import { maintained, story } from './harness/maintain.ts';
import { requiredTool } from './harness/tool.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-backup-'));
  directories.push(directory);
  return directory;
}

describeWith(['etcd-3.4', 'etcd-3.5', 'etcd-3.6'], 'an etcd under NOSPACE', () => {
  it.each([
    ['3.6', 1],
    ['3.6', 3],
    ['3.6', 5],
    ['3.5', 1],
    ['3.5', 3],
    ['3.4', 1],
    ['3.4', 3],
  ] as const)('is back on etcd %s with %i members, and nothing acknowledged is lost', async (version, members) => {
    const etcd = await started({ version, members });
    const { client, endpoint } = etcd;
    const acknowledged = await filled(etcd);
    expect(await client.alarms()).not.toEqual([]);

    const record = await maintained(endpoint);

    if (record.outcome !== 'done') console.log(recordText(record, paletteFor(false)));
    expect(record).toMatchObject({
      outcome: 'done',
      verification: { writesAccepted: true, readable: true, alarms: [], hashes: 'equal' },
    });
    expect(await client.alarms()).toEqual([]);
    expect(record.members).toHaveLength(members);
    for (const member of record.members) {
      expect(member.sizeBefore).toBeGreaterThan(0.8 * quotaBytes);
      expect(member.sizeAfter).toBeLessThan(0.3 * quotaBytes);
      expect(member.blockedMs).toBeGreaterThan(0);
    }
    expect(await lostKeys(client, acknowledged)).toEqual([]);
    await client.put('/registry/configmaps/team-a/after', 'written');
    expect(await client.list('kubechurn')).toEqual([]);
  });
});

describeWith(['etcd'], 'maintenance', () => {
  it('does what --dry-run said, in that order', async () => {
    const { etcd } = await fullCluster();
    const { client, endpoint } = etcd;
    // The fullest member is first, and an alarm counts more than size.
    await atRest(etcd);
    const planned = await maintained(endpoint, { dryRun: true });
    expect(planned).toMatchObject({ outcome: 'planned', verification: null });
    expect(await client.alarms()).not.toEqual([]);

    const record = await maintained(endpoint);

    const steps = (from: typeof record) => from.steps.map(({ step, member }) => [step, member]);
    expect(steps(record)).toEqual(steps(planned));
    expect(record.steps.at(-1)).toMatchObject({ step: 'verify', result: 'done' });
  });

  it('within budget ends at once, and has written nothing', async () => {
    const { client, endpoint } = await started({ members: 3 });
    await client.put('/registry/configmaps/team-a/settings', 'x');
    const before = await client.status();

    const record = await maintained(endpoint);

    expect(record).toMatchObject({ outcome: 'nothing-to-do', steps: [], evidence: { report: null } });
    const { revision, raftIndex } = await client.status();
    expect({ revision, raftIndex }).toEqual({ revision: before.revision, raftIndex: before.raftIndex });
  });

  it('names who filled it in the record, and keeps a backup that etcdutl restores', async () => {
    const { client, endpoint } = await started();
    const acknowledged = await fill(client);
    const backup = scratch();

    const record = await maintained(endpoint, { backup });

    expect(record.outcome).toBe('done');
    const { report, snapshot = '', sha256 } = record.evidence;
    expect(report?.resources[0]).toMatchObject({ resource: 'configmaps', liveKeys: 60 });
    expect(statSync(snapshot).mode & 0o777).toBe(0o600);
    expect(createHash('sha256').update(readFileSync(snapshot)).digest('hex')).toBe(sha256);
    expect(readdirSync(backup)).toHaveLength(2);
    const restored = join(scratch(), 'restored');
    execFileSync(requiredTool('etcdutl'), ['snapshot', 'restore', snapshot, '--data-dir', restored], {
      stdio: 'ignore',
    });
    expect(
      execFileSync(requiredTool('etcdutl'), ['snapshot', 'status', join(restored, 'member/snap/db')], {
        encoding: 'utf8',
      }),
    ).toContain(String(report?.source[0]?.toRevision));
    expect(await lostKeys(client, acknowledged)).toEqual([]);
  });

  it('keeps an encrypted backup that only its key opens', async () => {
    const { client, endpoint } = await started();
    await fill(client);
    const [backup, keys] = [scratch(), scratch()];
    const [key, wrong] = [join(keys, 'key'), join(keys, 'wrong')];
    writeFileSync(key, `${'5a'.repeat(32)}\n`);
    writeFileSync(wrong, Buffer.alloc(32, 1));

    const { outcome, evidence } = await maintained(endpoint, { backup, backupKey: key });

    expect(outcome).toBe('done');
    const { snapshot = '', restore = [] } = evidence;
    expect(readFileSync(snapshot).includes('settings-1')).toBe(false);
    expect(statSync(snapshot).mode & 0o777).toBe(0o600);
    expect(restore[0]).toMatch(/^kubechurn decrypt-backup /);
    const plain = join(keys, 'plain.db');
    expect(() => decryptFile(snapshot, plain, readBackupKey(wrong))).toThrow(
      /damaged, or was encrypted with another key/,
    );
    expect(readdirSync(keys).toSorted()).toEqual(['key', 'wrong']);
    decryptFile(snapshot, plain, readBackupKey(key));
    const status = execFileSync(requiredTool('etcdutl'), ['snapshot', 'status', plain, '-w', 'json'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(status)).toMatchObject({ revision: evidence.report?.source[0]?.toRevision });
    expect(() => decryptFile(plain, join(keys, 'again'), readBackupKey(key))).toThrow(/was not encrypted/);
  });

  it('finds the members that were not named, and says so', async () => {
    const { etcd } = await fullCluster();
    const { endpoint } = etcd;
    const record = await maintained(endpoint);
    expect(record.members).toHaveLength(3);
    expect(record.warnings).toContainEqual(
      expect.stringMatching(/^found through the member list: member-\d .* and member-\d/),
    );
  });

  it('over the budget without an alarm makes it small, leader last, and writes go on', async () => {
    const { client, endpoint, endpoints } = await started({ members: 3 });
    const acknowledged = await fill(client, { bytes: 0.6 * quotaBytes });

    const record = await maintained(endpoints.join(), { keep: '10', budget: '50%' });

    expect(record.outcome).toBe('done');
    const turns = story(record).filter((line) => /^(defragment|move-leader)/.test(line));
    expect(turns).toHaveLength(4);
    expect(turns[2]).toMatch(/^move-leader .*: done$/);
    expect(turns[3]).toBe(turns[2]!.replace('move-leader', 'defragment'));
    expect(record.steps.some(({ step }) => step === 'disarm')).toBe(false);
    expect(await lostKeys(client, acknowledged)).toEqual([]);
    expect(endpoint).toBe(endpoints[0]);
  });

  it('keeps the minutes it was told, also where there is room for a census only', async () => {
    const { client, endpoint } = await started();
    const renewedAgo = (minutes: number) =>
      client.put(
        '/registry/leases/kube-system/kube-scheduler',
        JSON.stringify({
          ...{ kind: 'Lease', apiVersion: 'coordination.k8s.io/v1' },
          spec: { renewTime: new Date(Date.now() - minutes * 60_000).toISOString() },
        }),
      );
    await fill(client, { bytes: 0.6 * quotaBytes });
    await renewedAgo(6);
    const kept = await renewedAgo(4);
    await client.putAll(Array.from({ length: 1_500 }, (_, i) => [`/registry/events/team-a/e-${i % 50}`, 'x'] as const));
    await renewedAgo(0);

    const record = await maintained(endpoint, { budget: '50%', acceptOutage: true, keep: '5m', freeBytes: 1_000_000 });

    expect(record.outcome).toBe('done');
    const why = (step: string) => record.steps.find((each) => each.step === step)?.why;
    expect(why('evidence')).toMatch(/^a census only: .* 1000000 bytes free .*, or give --backup DIRECTORY$/);
    expect(record.evidence.report?.coverage.notSeen).toContainEqual(
      expect.stringMatching(/^no snapshot was taken: .* 1000000 bytes free .*, or give --backup DIRECTORY$/),
    );
    expect(why('compact')).toMatch(/the last 5 min are kept/);
    await expect(client.compact(kept)).resolves.toBeUndefined();
  });

  it('keeps as many revisions as it was told', async () => {
    const { client, endpoint } = await started();
    await fill(client);
    const head = (await client.status()).revision;
    const record = await maintained(endpoint, { keep: '100' });
    expect(record.outcome).toBe('done');
    expect(record.steps.find(({ step }) => step === 'compact')?.why).toMatch(/the last 100 revisions are kept/);
    await expect(client.compact(head - 100)).rejects.toThrow('has been compacted');
    await expect(client.compact(head - 99)).resolves.toBeUndefined();
  });
});
