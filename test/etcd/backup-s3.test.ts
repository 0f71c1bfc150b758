import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { decryptFile, readBackupKey } from '../../src/maintenance/backup/encryption.ts';
import { backupName } from '../../src/maintenance/backup/name.ts';
import { parseS3Place } from '../../src/maintenance/backup/s3-place.ts';
import { s3Store, type S3Options } from '../../src/maintenance/backup/s3-store.ts';
import { describeWith } from './harness/describe-with.ts';
import { fill } from './harness/fill.ts';
import { freePorts } from './harness/free-ports.ts';
import { maintained } from './harness/maintain.ts';
import { startEtcd, type Etcd } from './harness/start-etcd.ts';
import { s3Behind, startS3, type S3Server } from './harness/start-s3.ts';
import { requiredTool } from './harness/tool.ts';

describeWith(['versitygw', 'etcd', 'etcdutl'], 'a backup in a bucket', () => {
  let s3: S3Server;
  /** Under NOSPACE until the one test that is let do something. */
  let full: Etcd;
  let directory: string;
  const before = { ...process.env };
  beforeAll(async () => {
    s3 = await startS3();
    full = await startEtcd({ quotaBytes: 16 * 2 ** 20 });
    await fill(full.client);
  });
  afterAll(async () => {
    await s3.stop();
    await full.stop();
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kubechurn-s3-'));
    Object.assign(process.env, s3.credentials);
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  const never = new AbortController().signal;
  const at = (prefix: string, more: Partial<S3Options> = {}) =>
    s3Store({
      place: parseS3Place(`s3://${s3.bucket}/${prefix}`)!,
      endpoint: s3.endpoint,
      pathStyle: true,
      retention: {},
      ...more,
    });
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const under = (prefix: string): string[] => s3.keys().filter((key) => key.startsWith(`${prefix}/`));

  /** Larger than two parts, and no multiple of one. */
  function largeFile(): { file: string; bytes: Buffer } {
    const bytes = randomBytes(2 * 16 * 2 ** 20 + 12_345);
    const file = join(directory, 'large');
    writeFileSync(file, bytes);
    return { file, bytes };
  }

  it.each([
    ['there is no such bucket', { backup: 's3://no-such-bucket/x' }, {}, /there is no such bucket/],
    ['the secret is wrong', {}, { AWS_SECRET_ACCESS_KEY: 'wrong' }, /the secret key is wrong for this access key/],
    ['the access key is unknown', {}, { AWS_ACCESS_KEY_ID: 'nobody' }, /access key/],
    [
      'there are no credentials',
      {},
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME: '/nonexistent' },
      /no credentials were found: set AWS_ACCESS_KEY_ID/,
    ],
  ])('is refused before anything is compacted where %s', async (_, more, environment, why) => {
    const { client, endpoint } = full;
    const { raftIndex } = await client.status();
    Object.assign(process.env, environment);
    const wish = { backup: `s3://${s3.bucket}/refused`, backupEndpoint: s3.endpoint, ...more };
    const record = await maintained(endpoint, wish);
    expect(record).toMatchObject({ outcome: 'refused', why: expect.stringMatching(why), steps: [] });
    expect(record.why).not.toContain('\n');
    expect(await client.status()).toMatchObject({ raftIndex });
    expect(under('refused')).toEqual([]);
  });

  it('is what the record says, with its SHA-256 beside it, and etcdutl restores it', async () => {
    const { endpoint } = full;

    const record = await maintained(endpoint, { backup: `s3://${s3.bucket}/one/two/`, backupEndpoint: s3.endpoint });

    expect(record.outcome).toBe('done');
    const { snapshot = '', sha256: told, restore = [], report } = record.evidence;
    const key = snapshot.replace(`s3://${s3.bucket}/`, '');
    expect(key).toMatch(/^one\/two\/etcd-[0-9a-f]+-r\d+-\w+\.db$/);
    expect(under('one')).toEqual([key, `${key}.sha256`]);
    expect(sha256(s3.read(key))).toBe(told);
    expect(s3.read(`${key}.sha256`).toString()).toBe(`${told}  ${key.replace('one/two/', '')}\n`);
    expect(restore[0]).toMatch(/^aws s3 cp s3:/);
    const file = join(directory, 'restored.db');
    writeFileSync(file, s3.read(key));
    const status = execFileSync(requiredTool('etcdutl'), ['snapshot', 'status', file, '-w', 'json'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(status)).toMatchObject({ revision: report?.source[0]?.toRevision });
  });

  it('is refused where nothing listens', async () => {
    const [port] = await freePorts(1);
    const why = await at('away', { endpoint: `http://127.0.0.1:${port}` }).obstacle(1);
    expect(why).toMatch(/^http:\/\/127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)$/);
  });

  it('is tried for without leaving anything', async () => {
    expect(await at('tried', { retention: { count: 3 } }).obstacle(1)).toBeUndefined();
    expect([under('tried'), s3.unfinished()]).toEqual([[], []]);
  });

  it('of more than one part arrives whole', async () => {
    const { file, bytes } = largeFile();
    const kept = await at('large').keep(file, 'etcd-1.db', never);
    expect(kept).toEqual({ at: `s3://${s3.bucket}/large/etcd-1.db`, sha256: sha256(bytes) });
    expect(sha256(s3.read('large/etcd-1.db'))).toBe(kept.sha256);
    expect(s3.unfinished()).toEqual([]);
  });

  it('is encrypted before it leaves, and only its key opens it', async () => {
    const { file, bytes } = largeFile();
    const key = join(directory, 'key');
    writeFileSync(key, '5a'.repeat(32));
    const kept = await at('secret', { key: readBackupKey(key) }).keep(file, 'etcd-1.db', never);
    const stored = s3.read('secret/etcd-1.db.enc');
    expect(kept.sha256).toBe(sha256(stored));
    expect(stored.includes(bytes.subarray(0, 64))).toBe(false);
    const [encrypted, plain] = [join(directory, 'got.enc'), join(directory, 'got')];
    writeFileSync(encrypted, stored);
    decryptFile(encrypted, plain, readBackupKey(key));
    expect(readFileSync(plain).equals(bytes)).toBe(true);
  });

  it('that fails in the middle is given up, and leaves no part of it', async () => {
    const { file } = largeFile();
    const broken = await s3Behind(s3.endpoint, ({ url = '' }) => url.includes('partNumber=2'));
    try {
      await expect(at('broken', { endpoint: broken.endpoint }).keep(file, 'etcd-1.db', never)).rejects.toMatchObject({
        code: 'BACKUP_NOT_KEPT',
        message: expect.stringMatching(/^s3:\/\/backups\/broken\/etcd-1\.db could not be written: /),
      });
    } finally {
      await broken.stop();
    }
    expect([under('broken'), s3.unfinished()]).toEqual([[], []]);
  });

  it('whose checksum is not taken is removed again', async () => {
    const { file } = largeFile();
    const broken = await s3Behind(s3.endpoint, ({ method, url = '' }) => method === 'PUT' && url.includes('.sha256'));
    try {
      await expect(at('bare', { endpoint: broken.endpoint }).keep(file, 'etcd-1.db', never)).rejects.toMatchObject({
        code: 'BACKUP_NOT_KEPT',
      });
    } finally {
      await broken.stop();
    }
    expect(under('bare')).toEqual([]);
  });

  it('that is interrupted is given up too', async () => {
    const { file } = largeFile();
    const stopping = new AbortController();
    const reason = new Error('stopped');
    const watched = await s3Behind(s3.endpoint, ({ url = '' }) => {
      if (url.includes('partNumber=2')) stopping.abort(reason);
      return false;
    });
    try {
      const keeping = at('stopped', { endpoint: watched.endpoint }).keep(file, 'etcd-1.db', stopping.signal);
      await expect(keeping).rejects.toBe(reason);
    } finally {
      await watched.stop();
    }
    expect([under('stopped'), s3.unfinished()]).toEqual([[], []]);
  });

  it.each([
    ['by its length', 'ab', /^$/, /is not what was sent: it has 2 bytes of 3/],
    ['by its checksum', 'xyz', /^$/, /is not what was sent: its SHA-256 is another one/],
    ['by reading it back, where the server keeps no checksums', 'xyz', /checksum/, /it reads back differently/],
  ])('that has changed on its way is noticed %s, and removed', async (_, instead, hides, why) => {
    const file = join(directory, 'small');
    writeFileSync(file, 'abc');
    const [other, store] = [join(directory, 'other'), at('swapped')];
    writeFileSync(other, instead);
    let swapping: Promise<unknown> | undefined;
    // What an S3 server that loses bytes would do: the object is another one by the time it is looked at.
    const broken = await s3Behind(
      s3.endpoint,
      async ({ method }) => {
        if (method === 'HEAD') await (swapping ??= store.keep(other, 'etcd-1.db', never));
        return false;
      },
      hides,
    );
    try {
      await expect(at('swapped', { endpoint: broken.endpoint }).keep(file, 'etcd-1.db', never)).rejects.toMatchObject({
        code: 'BACKUP_DAMAGED',
        message: expect.stringMatching(why),
      });
    } finally {
      await broken.stop();
    }
    expect(under('swapped')).not.toContain('swapped/etcd-1.db');
  });

  it('is taken as it is read back where the server keeps no checksums', async () => {
    const { file, bytes } = largeFile();
    const plain = await s3Behind(s3.endpoint, () => false, /checksum/);
    try {
      const kept = await at('plain', { endpoint: plain.endpoint }).keep(file, 'etcd-1.db', never);
      expect(kept.sha256).toBe(sha256(bytes));
    } finally {
      await plain.stop();
    }
  });

  it('makes room by removing older ones of the same cluster, by count and age, never the newest', async () => {
    const day = 86_400_000;
    const now = Date.parse('2026-03-10T12:00:00Z');
    const store = at('pruned', { retention: { count: 2, ageMs: 30 * day } });
    const file = join(directory, 'small');
    writeFileSync(file, 'abc');
    const name = (daysAgo: number, clusterId = '255') => backupName(clusterId, 1000 - daysAgo, now - daysAgo * day);
    for (const each of [name(0), name(1), name(40), name(50, '254')]) await store.keep(file, each, never);
    expect(await store.prune('255', { count: 2, ageMs: 30 * day }, now)).toEqual([name(40)]);
    expect(await store.prune('254', { count: 1, ageMs: day }, now)).toEqual([]);
    expect(under('pruned')).toEqual(
      [name(0), name(1), name(50, '254')].flatMap((each) => [`pruned/${each}`, `pruned/${each}.sha256`]).toSorted(),
    );
  });
});
