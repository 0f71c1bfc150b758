import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { applyRetention, directoryStore, sha256Of, whyNoRoom } from '../../../src/maintenance/backup/directory.ts';
import { decryptFile, encryptFile } from '../../../src/maintenance/backup/encryption.ts';
import { backupName } from '../../../src/maintenance/backup/name.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubechurn-backups-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const day = 86_400_000;
const now = Date.parse('2026-03-10T12:00:00Z');

function made(daysAgo: number, clusterId = '255'): string {
  const name = backupName(clusterId, 1000 - daysAgo, now - daysAgo * day);
  writeFileSync(join(directory, name), 'x');
  writeFileSync(join(directory, `${name}.sha256`), 'x');
  return name;
}

describe('backups in a directory', () => {
  it('are named after their cluster, their newest revision and their time', () => {
    expect(backupName('14841639068965178418', 28_830, now)).toBe('etcd-cdf818194e3a8c32-r28830-20260310T120000Z.db');
  });

  it('are removed by count, checksums with them, others left alone', () => {
    const [newest, second, third] = [made(0), made(1), made(2)];
    const other = made(9, '254');
    writeFileSync(join(directory, 'notes.txt'), 'x');
    expect(applyRetention(directory, '255', { count: 2 }, now)).toEqual([third]);
    expect(readdirSync(directory).toSorted()).toEqual(
      [newest, second, other]
        .flatMap((name) => [name, `${name}.sha256`])
        .concat('notes.txt')
        .toSorted(),
    );
  });

  it('are removed by age, the newest never', () => {
    const [newest, old] = [made(8), made(9)];
    expect(applyRetention(directory, '255', { ageMs: 7 * day }, now)).toEqual([old]);
    expect(readdirSync(directory)).toContain(newest);
  });

  it('all stay unless told', () => {
    made(0);
    made(400);
    expect(applyRetention(directory, '255', {}, now)).toEqual([]);
  });

  it('that a killed run left half written are removed after a day, whatever is to stay', () => {
    const half = (hoursAgo: number, suffix: string, clusterId = '255') => {
      const name = `${backupName(clusterId, 1, now - hoursAgo * 3_600_000)}${suffix}`;
      writeFileSync(join(directory, name), 'x');
      return name;
    };
    const [old, encrypted] = [half(25, '.0a1b2c3d.part'), half(48, '.enc.0a1b2c3d.part')];
    const stay = [made(0), half(23, '.0a1b2c3d.part'), half(48, '.0a1b2c3d.part', '254'), half(48, '.mine.part')];
    expect(applyRetention(directory, '255', {}, now).toSorted()).toEqual([encrypted, old]);
    expect(readdirSync(directory)).toEqual(expect.arrayContaining(stay));
  });

  it('have the checksum that sha256sum gives', () => {
    const file = join(directory, 'file');
    writeFileSync(file, 'abc');
    expect(sha256Of(file)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it.each([
    ['whose directory is gone', Buffer.alloc(32), () => rmSync(directory, { recursive: true }), /ENOENT$/],
    ['whose checksum cannot be written', undefined, (at: string) => mkdirSync(`${at}.sha256`), /EISDIR$/],
  ])('%s are a Problem, and leave nothing', async (_, key, harm, why) => {
    const name = backupName('255', 1, now);
    const at = join(directory, name);
    writeFileSync(at, 'snapshot');
    harm(at);
    const from = key === undefined ? at : import.meta.filename;
    const store = directoryStore(directory, { ...(key && { key }), free: () => 1e9 });
    await expect(store.keep(from, name, new AbortController().signal)).rejects.toMatchObject({
      code: 'BACKUP_NOT_KEPT',
      message: expect.stringMatching(why),
    });
    expect(existsSync(at)).toBe(false);
  });

  it.each([
    ['has room', (d: string) => d, 100, undefined],
    ['is full', (d: string) => d, 99, /it has 99 bytes free and the backup takes 100/],
    ['does not exist', (d: string) => join(d, 'missing'), 100, /does not exist/],
    ['is a file', () => '/dev/null', 100, /no directory/],
    ['takes nothing', () => '/proc', 100, /./],
  ])('go where the directory %s', (_, at, free, why) => {
    mkdirSync(join(directory, 'sub'));
    const found = whyNoRoom(at(directory), 100, () => free);
    if (why === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(why);
    expect(readdirSync(directory)).toEqual(['sub']);
  });
});

describe('an encrypted backup', () => {
  const key = Buffer.alloc(32, 7);

  it('that is not there, or cannot be written as a snapshot, is told in one sentence', () => {
    const [plain, encrypted] = [join(directory, 'plain'), join(directory, 'backup.db.enc')];
    writeFileSync(plain, 'snapshot');
    encryptFile(plain, encrypted, key);
    expect(() => decryptFile(join(directory, 'missing'), plain, key)).toThrow(
      /^.*missing cannot be read \(ENOENT\): give a file that maintain kept$/,
    );
    expect(() => decryptFile(encrypted, join(directory, 'missing', 'etcd.db'), key)).toThrow(
      /^.*etcd\.db could not be written: ENOENT$/,
    );
    expect(readdirSync(directory).toSorted()).toEqual(['backup.db.enc', 'plain']);
  });
});
