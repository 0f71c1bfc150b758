import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { bboltFile, type Layout, type Row } from '../unit/bbolt/bbolt-file.ts';
import { itWith } from './it-with.ts';
import { kubechurn, type Outcome } from './run-kubechurn.ts';
import { reportOf, triageJson } from './triage-json.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubechurn-bad-input-'));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;
/** A file with these bytes in a place of its own. */
function fileOf(bytes: Uint8Array): string {
  const file = join(directory, `db-${++files}`);
  writeFileSync(file, bytes);
  return file;
}

const encoder = new TextEncoder();
function row(
  revision: number,
  key: string,
  value: Uint8Array | string | undefined = '{"apiVersion":"v1","kind":"ConfigMap"}',
): Row {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  return { revision, sub: 0, key: encoder.encode(key), value: bytes, version: bytes ? 1 : 0, lease: 0 };
}
const rows = Array.from({ length: 60 }, (_, i) => row(i + 2, `/registry/configmaps/team-a/settings-${i}`));
const database = (layout: Layout = {}, of: readonly Row[] = rows) => bboltFile(of, layout);

const triage = (...args: string[]): Promise<Outcome> => kubechurn(['triage', ...args]);

/** One sentence on stderr, nothing else anywhere. */
function expectRefusal({ code, stdout, stderr }: Outcome, exitCode: number, sentence: RegExp): void {
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
  expect(stderr).toMatch(/^kubechurn: [^\n]+\n$/);
  expect(stderr).toMatch(sentence);
}

describe('a file that is no database', () => {
  it('may be missing', async () => {
    expectRefusal(await triage('--snapshot', join(directory, 'nowhere')), 2, /nowhere does not exist/);
    expectRefusal(await triage('--snapshot', join(fileOf(encoder.encode('a file')), 'below')), 2, /does not exist/);
  });

  it('may be a directory', async () => {
    expectRefusal(await triage('--snapshot', directory), 2, /is not a regular file/);
  });

  it('may be a pipe that nobody writes to', async () => {
    const pipe = join(directory, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    expectRefusal(await triage('--snapshot', pipe), 2, /is not a regular file/);
  });

  it('may be empty', async () => {
    expectRefusal(await triage('--snapshot', fileOf(new Uint8Array(0))), 1, /is empty \(0 bytes\)/);
  });

  it.each([
    ['text', encoder.encode('not a database at all\n'.repeat(1_000))],
    ['a single byte', Uint8Array.of(4)],
    ['zeros', new Uint8Array(100_000)],
    ['a database without its meta pages', database().bytes.subarray(8192)],
    ['less than a page of a database', database().bytes.subarray(0, 70)],
  ])('may hold %s', async (_, bytes) => {
    expectRefusal(await triage('--snapshot', fileOf(bytes)), 1, /is not a bbolt database/);
  });

  it('has its name printed without the control characters in it', async () => {
    const { stderr } = await triage('--snapshot', join(directory, 'evil\u001b[2J\nname'));
    expect(stderr).not.toMatch(/\u001b|\n./);
  });
});

describe('a file that this user may not read', () => {
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const test = async (under: readonly string[]) => {
    const file = fileOf(database().bytes);
    chmodSync(file, 0);
    chmodSync(directory, 0o755);
    expectRefusal(await kubechurn(['triage', '--snapshot', file], { under }), 2, /may not be read by this user/);
  };
  if (process.getuid?.() === 0) itWith('setpriv', 'is refused in one sentence', () => test(asNobody));
  else it('is refused in one sentence', () => test([]));
});

describe('a database of something other than etcd', () => {
  it('is refused', async () => {
    const { bytes } = database();
    const text = Buffer.from(bytes.buffer).toString('latin1');
    const at = text.lastIndexOf('key');
    bytes.set(encoder.encode('kez'), at);
    expectRefusal(await triage('--snapshot', fileOf(bytes)), 1, /without etcd's bucket "key"/);
  });
});

describe('a database cut short', () => {
  const { bytes } = database({ rowsPerLeaf: 3, fanOut: 4, order: (page) => -page });
  const pages = bytes.length / 4096;

  it.each([3, 8, 15, pages - 1])('after %i pages is read as far as it goes, and that is said', async (kept) => {
    const outcome = await triage('--snapshot', fileOf(bytes.subarray(0, kept * 4096)), '-o', 'json');
    const { coverage, totals } = reportOf(outcome);
    expect(coverage.notSeen.join('\n')).toContain(`the file ends after ${kept * 4096} of ${bytes.length} bytes`);
    expect(totals.writes).toBeLessThan(rows.length);
  });

  it('in the middle of a page is read too', async () => {
    const { coverage, totals } = await triageJson(fileOf(bytes.subarray(0, 18 * 4096 - 1_000)));
    expect(coverage.notSeen.join('\n')).toContain('the file ends after');
    expect(totals.writes).toBeLessThan(rows.length);
  });

  it('still counts every change whose page is there', async () => {
    const cut = database({ rowsPerLeaf: 3, fanOut: 40, order: (page) => (page >= 20 ? -page : page) });
    const last = Math.max(...cut.leaves);
    const { totals } = await triageJson(fileOf(cut.bytes.subarray(0, last)));
    expect(totals.writes).toBe(rows.length - 3);
  });
});

describe('a snapshot whose trailing hash is wrong', () => {
  const { bytes, leaves } = database({ hash: true });
  const damaged = bytes.slice();
  // The first letter of the first value on a page in the middle.
  damaged[Buffer.from(damaged.buffer).indexOf('ConfigMap', leaves[7])]! ^= 1;

  it('is refused', async () => {
    expectRefusal(await triage('--snapshot', fileOf(damaged)), 1, /SHA-256 does not match; pass --skip-hash-check/);
  });

  it('is read with --skip-hash-check', async () => {
    expect((await triageJson(fileOf(damaged), ['--skip-hash-check'])).totals.writes).toBe(rows.length);
  });

  it('is read without it where the hash is right', async () => {
    expect((await triageJson(fileOf(bytes))).totals.writes).toBe(rows.length);
  });
});

describe('a database whose pages were damaged', () => {
  it('loses the damaged leaf alone, and says so', async () => {
    const { bytes, leaves } = database();
    bytes.fill(0xff, leaves[5], leaves[5]! + 4096);
    const { totals, coverage } = await triageJson(fileOf(bytes));
    expect(totals.writes).toBe(rows.length - 4);
    expect(coverage.notSeen).toContainEqual(expect.stringMatching(/^1 leaf pages? .*damaged/));
    expect(coverage.ratio).toBeLessThan(1);
  });
});

describe('what Kubernetes did not write, or hides', () => {
  it('is counted by key alone where values are encrypted, and that is said', async () => {
    const secret = (i: number) => Buffer.concat([Buffer.from('k8s:enc:aescbc:v1:key1:'), Buffer.alloc(64, i * 37)]);
    const encrypted = Array.from({ length: 10 }, (_, i) =>
      row(i + 2, `/registry/secrets/team-a/token-${i % 4}`, secret(i)),
    );
    const file = fileOf(database({}, encrypted).bytes);
    const report = await triageJson(file);
    expect(report.undecoded).toEqual({ encrypted: 4, unknown: 0 });
    expect(report.resources).toMatchObject([{ resource: 'secrets', writes: 10, liveKeys: 4 }]);
    expect((await triage('--snapshot', file)).stdout).toMatch(/encrypted/);
  });

  it('is counted where keys are not those of Kubernetes', async () => {
    const keys = ['/calico/v1/config', 'no-slash', '/', '//', '/registry', '/registry/', '/registry//x', 'x/y/z', '/a'];
    const report = await triageJson(
      fileOf(
        database(
          {},
          keys.map((key, i) => row(i + 2, key, 'text')),
        ).bytes,
      ),
    );
    expect(report.totals).toMatchObject({ writes: keys.length, keys: keys.length });
    expect(report.resources.reduce((sum, { writes }) => sum + writes, 0)).toBe(keys.length);
    expect(report.keys.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
  });

  it('cannot reach the terminal by control characters in keys and values', async () => {
    const evil = '/registry/configmaps/a\u001b[2J/\u0007\u009b31m\u202ename\r\n';
    const file = fileOf(
      database({}, [row(2, evil, `{"kind":"\u001b[31mConfigMap","metadata":{"name":"\u001b]0;x"}}`)]).bytes,
    );
    for (const format of ['text', 'wide', 'json']) {
      const { code, stdout, stderr } = await triage('--snapshot', file, '-o', format);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      // eslint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      if (format !== 'json') expect(stdout).not.toMatch(/\u202e/);
    }
  });

  it('may be a key of bytes that are no text', async () => {
    const key = Uint8Array.of(0x2f, 0xff, 0xfe, 0x2f, 0x00, 0xc3);
    const report = await triageJson(fileOf(database({}, [{ ...row(2, ''), key }]).bytes));
    expect(report.totals).toMatchObject({ writes: 1, keys: 1 });
  });
});

describe('a command line that makes no sense', () => {
  it.each([
    ['an unknown option', ['--frobnicate'], /unknown option '--frobnicate'/],
    ['a number that is none', ['--top', 'x'], /whole number/],
    ['a negative number', ['--top=-1'], /whole number/],
    ['an unknown format', ['-o', 'yaml'], /yaml/],
    ['a word too many', ['extra'], /too many arguments/],
    ['no source', [], /nothing to read: give --etcd URL/],
  ])('with %s ends with 2', async (_, args, sentence) => {
    const { code, stdout, stderr } = await triage(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('with an unknown command ends with 2', async () => {
    expect(await kubechurn(['conjure'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('an analyzer that shall start maintenance', () => {
  const analyzer = (...args: string[]): Promise<Outcome> =>
    kubechurn(['analyzer', '--start-maintenance', 'a', ...args]);

  it('must know the quota that its budget is a share of', async () => {
    expectRefusal(await analyzer(), 2, /has a budget of 80% without the quota .* give --quota, or --budget in bytes$/m);
  });

  it('cannot be silent, nor take any budget or interval', async () => {
    expectRefusal(
      await analyzer('--no-speak'),
      2,
      /under which nothing is written to the cluster: leave one of them out/,
    );
    expectRefusal(await analyzer('--budget', 'most'), 2, /--budget takes a share of the quota/);
    expectRefusal(await analyzer('--maintenance-interval', '5'), 2, /--maintenance-interval takes a duration/);
    expectRefusal(await analyzer('--quota', 'much'), 2, /--quota takes bytes/);
  });
});
