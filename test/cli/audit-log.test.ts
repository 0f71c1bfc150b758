import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChurnReport } from '../../src/report/schema.ts';
import { readRecording, type Recording } from '../recordings/read-recording.ts';
import { attempt, repeatedly } from '../unit/patterns/attempts.ts';
import { kubechurn, type Outcome } from './run-kubechurn.ts';
import { reportOf, triageJson } from './triage-json.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubechurn-audit-log-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
function fileOf(content: string | Uint8Array): string {
  const file = join(directory, `log-${++files}`);
  writeFileSync(file, content);
  return file;
}
const triage = (...args: string[]): Promise<Outcome> => kubechurn(['triage', ...args]);

interface AuditTruth {
  readonly audit: {
    readonly users: readonly {
      readonly user: string;
      readonly by_verb_and_resource: Readonly<Record<string, number>>;
    }[];
    readonly failed_mutating_requests: number;
  };
}

describe('the recording kyverno-calm with its audit log', () => {
  const from = (file: string): URL => new URL(`../recordings/kyverno-calm/${file}`, import.meta.url);
  const truth: AuditTruth = JSON.parse(readFileSync(from('TRUTH.json'), 'utf8'));
  let recording: Recording;
  let text: Buffer;
  let log: string;
  let report: ChurnReport;
  beforeAll(async () => {
    recording = readRecording('kyverno-calm');
    text = zstdDecompressSync(readFileSync(from('audit.log.zst')));
    log = fileOf(text);
    report = await triageJson(recording.snapshot, ['--audit-log', log, '--top', '5000']);
  });
  afterAll(() => recording.remove());

  /** Questions and tokens are asked for by creating them, and never stored. */
  const isStored = ([what]: readonly [string, number]): boolean =>
    !/subjectaccessreviews|tokenreviews|\/token/.test(what);

  it('has the true requests of every user', () => {
    const expected = truth.audit.users
      .map(({ user, by_verb_and_resource }) => ({
        user,
        succeeded: Object.entries(by_verb_and_resource)
          .filter(isStored)
          .reduce((sum, [, count]) => sum + count, 0),
      }))
      .filter(({ succeeded }) => succeeded > 0);
    const counted = report.requests?.users.map(({ user, succeeded }) => ({ user, succeeded })) ?? [];
    const byUser = (a: { user: string }, b: { user: string }): number => (a.user < b.user ? -1 : 1);
    expect(counted.toSorted(byUser)).toEqual(expected.toSorted(byUser));
    const { rejected = {} } = report.requests ?? {};
    expect(Object.values(rejected).reduce((sum, count) => sum + count, 0)).toBe(truth.audit.failed_mutating_requests);
  });

  it('names the user of every write but those that nobody asks for', () => {
    for (const { group, resource, writes } of report.resources) {
      const asked = report.requests?.resources.find((each) => each.group === group && each.resource === resource);
      if (!asked) {
        expect(['peerserverleases', 'rangeallocations']).toContain(resource);
        continue;
      }
      // Five pods went at once when they were told to: one request, two revisions.
      const spare = resource === 'pods' ? 5 : 0;
      expect({ resource, writes }).toEqual({ resource, writes: asked.succeeded - (asked.unchanged ?? 0) + spare });
    }
    const users = report.writers.filter(({ kind }) => kind === 'user');
    expect(users.reduce((sum, { writes }) => sum + writes, 0)).toBeGreaterThanOrEqual(6985 - 38 - 1 - 5);
    expect(users.every(({ error }) => error === 0)).toBe(true);
    expect(report.coverage.notSeen).toEqual([]);
  });

  it('still accuses nobody of a fight, a loop or a storm', () => {
    expect(report.findings.map(({ pattern }) => pattern)).toEqual(['kyverno-report-flood']);
    expect(report.findings[0]?.writers.every(({ kind }) => kind === 'user')).toBe(true);
  });

  it('tells the same from rotated files, gzip and a pipe', async () => {
    const middle = text.indexOf('\n', text.length / 2) + 1;
    const [older, newer] = [fileOf(gzipSync(text.subarray(0, middle))), fileOf(text.subarray(middle))];
    const rotated = await triageJson(recording.snapshot, ['--audit-log', newer, older, '--top', '5000']);
    expect(rotated.writers).toEqual(report.writers);
    const { sources: _, ...requests } = rotated.requests!;
    expect(report.requests).toMatchObject(requests);
    const piped = spawnSync(
      fileURLToPath(new URL('../../dist/kubechurn', import.meta.url)),
      ['triage', '--snapshot', recording.snapshot, '--audit-log', '-', '-o', 'json', '--top', '5000'],
      { input: text, encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    expect((JSON.parse(piped.stdout) as ChurnReport).writers).toEqual(report.writers);
  });

  it('joins a log whose clock is off, and says by how much', async () => {
    const later = text
      .toString()
      .replaceAll(
        /(Timestamp":")([^"]+)"/g,
        (_, name: string, at: string) => `${name}${new Date(Date.parse(at) + 95_000).toISOString()}"`,
      );
    const skewed = await triageJson(recording.snapshot, ['--audit-log', fileOf(later), '--top', '5000']);
    expect(skewed.writers).toEqual(report.writers);
    expect(skewed.coverage.notSeen).toEqual([expect.stringMatching(/clock of the audit log is 9[3-7] s ahead/)]);
  });

  it('says what part of the window a log does not cover, and counts no more than it tells', async () => {
    const part = await triageJson(recording.snapshot, [
      '--audit-log',
      fileOf(text.subarray(0, 5_000_000)),
      '--top',
      '5000',
    ]);
    expect(part.coverage.notSeen).toContainEqual(expect.stringMatching(/covers 3\d % of the revisions/));
    expect(part.writers.reduce((sum, { writes }) => sum + writes, 0)).toBeLessThanOrEqual(part.totals.writes);
    for (const { name, writes, error } of part.writers.filter(({ kind }) => kind === 'user')) {
      const whole = report.writers.find((each) => each.name === name)?.writes ?? 0;
      expect({ name, off: writes - error <= whole }).toEqual({ name, off: true });
    }
  });

  it('reads a log in which every field and every line may have been damaged', async () => {
    const lines = text.toString().split('\n').slice(0, 3_000);
    const damaged = lines.map((line, i) =>
      i % 7 === 0 ? line.slice(0, (i * 37) % line.length) : i % 11 === 0 ? 'garbage' : line,
    );
    const outcome = await triage(
      '--snapshot',
      recording.snapshot,
      '--audit-log',
      fileOf(damaged.join('\n')),
      '-o',
      'json',
    );
    expect(reportOf(outcome).coverage.notSeen.join('\n')).toMatch(/\d+ of \d+ lines of .* hold no audit event/);
  });

  it('keeps a log of another cluster apart, and says so', async () => {
    const lines = repeatedly(400, 300, (at) =>
      attempt({
        ...{ at, user: 'stranger', verb: 'update' },
        ref: {
          resource: 'leases',
          apiGroup: 'coordination.k8s.io',
          namespace: 'kube-system',
          name: 'kube-scheduler',
          uid: 'other',
          resourceVersion: String(900_000 + Math.round(at)),
        },
      }),
    );
    const strange = await triageJson(recording.snapshot, ['--audit-log', fileOf(lines.join('\n'))]);
    expect(strange.coverage.notSeen.join('\n')).toMatch(/log-\d+ does not belong to the cluster of this database/);
    expect(strange.requests?.standing).toBe('foreign');
    expect(strange.writers.map(({ name }) => name)).not.toContain('stranger');
  });
});

describe('an audit log alone', () => {
  const storm = repeatedly(300, 300, (at) => attempt({ at, user: 'worker', code: 409, reason: 'Conflict' }));
  const calm = repeatedly(100, 300, (at) => attempt({ at, user: 'jane', userAgent: 'kubectl/v1.36' }));

  it('is reported as attempts, with rates', async () => {
    const log = fileOf([...storm, ...calm].join('\n'));
    const report = reportOf(await triage('--audit-log', log, '-o', 'json'));
    expect(report).toMatchObject({
      counts: 'attempts',
      totals: { revisions: 0, writes: 100, bytes: 0 },
      writers: [{ name: 'jane', kind: 'user', writes: 100, error: 0 }],
      keys: [{ key: '/registry/configmaps/shop/queue', writes: 100, firstRevision: 0 }],
      findings: [{ pattern: 'conflict-storm' }],
      requests: { standing: 'apart', unchanged: null, rejected: { 409: 300 }, conflicts: 300 },
    });
    const { stdout } = await triage('--audit-log', log);
    expect(stdout).toMatch(/1 cause found among 100 attempts/);
    expect(stdout).toMatch(/USER +SUCCEEDED +UNCHANGED +REJECTED +RATE\n/);
  });

  it.each([
    ['a file that is missing', ['--audit-log', join(directory, 'nowhere')], 2, /nowhere does not exist: give/],
    ['a directory', ['--audit-log', directory], 2, /is a directory: name the files in it/],
    ['another kind of file', ['--audit-log', fileURLToPath(import.meta.url)], 1, /holds no audit event/],
    ['two pipes', ['--audit-log', '-', '-'], 2, /only one log can be piped in/],
    [
      'a log of another program',
      ['--syncer-log', fileURLToPath(import.meta.url)],
      1,
      /is no log of a vCluster's syncer/,
    ],
  ] as const)('is refused in one sentence where it is %s', async (_, args, exitCode, sentence) => {
    const { code, stdout, stderr } = await triage(...args);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(/^kubechurn: [^\n]+\n$/);
    expect(stderr).toMatch(sentence);
  });

  it('is read in bounded memory, however long it is and however many objects it names', async () => {
    const built = fileURLToPath(new URL('../../dist/kubechurn', import.meta.url));
    const child = spawn(built, ['triage', '--audit-log', '-', '-o', 'json'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece));
    let peak = 0;
    // 250,000 events of as many objects, 170 MB: beyond what is counted one by one.
    for (let block = 0; block < 250; block++) {
      const lines = Array.from({ length: 1_000 }, (_, i) =>
        attempt({
          at: block,
          user: 'flood',
          verb: 'create',
          code: 201,
          ref: { resource: 'events', namespace: 'shop', name: `event-${block}-${i}` },
        }),
      );
      if (!child.stdin.write(`${lines.join('\n')}\n`)) await once(child.stdin, 'drain');
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    }
    child.stdin.end();
    await once(child, 'close');
    expect(JSON.parse(stdout)).toMatchObject({ totals: { writes: 250_000, keys: 250_000 } });
    expect(peak / 1024).toBeLessThan(400);
  });
});
