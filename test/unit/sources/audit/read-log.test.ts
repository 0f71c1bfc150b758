import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isProblem } from '../../../../src/errors/problem.ts';
import type { Request } from '../../../../src/model/request.ts';
import { readAuditLog } from '../../../../src/sources/audit/read-log.ts';
import { auditLine } from './audit-lines.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubechurn-audit-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
function fileOf(content: string | Uint8Array): string {
  const file = join(directory, `log-${++files}`);
  writeFileSync(file, content);
  return file;
}

async function read(file: string, stdin: Readable = new PassThrough()) {
  const requests: Request[] = [];
  const facts = await readAuditLog(file, { stdin, onRequest: (request) => requests.push(request) });
  return { facts, names: requests.map(({ key }) => key.name) };
}
const named = (name: string): string => auditLine({ objectRef: { resource: 'configmaps', namespace: 'shop', name } });
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `object-${i}`);
const log = (count: number): string =>
  names(count)
    .map((name) => `${named(name)}\n`)
    .join('');

describe('an audit log', () => {
  it('is read to its end, whatever it is packed in', async () => {
    const text = log(40);
    for (const content of [text, gzipSync(text), zstdCompressSync(Buffer.from(text)), text.replaceAll('\n', '\r\n')]) {
      const { facts, names: seen } = await read(fileOf(content));
      expect(seen).toEqual(names(40));
      expect(facts).toMatchObject({ events: 40, requests: 40, skipped: 0, torn: false });
    }
  });

  it('may be several gzip streams in one file, as rotation appends them', async () => {
    const file = fileOf(Buffer.concat([gzipSync(log(3)), gzipSync(`${named('later')}\n`)]));
    expect((await read(file)).names).toEqual([...names(3), 'later']);
  });

  it('may come through a pipe, in pieces that end anywhere', async () => {
    const bytes = Buffer.from(log(12));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 97) }, (_, i) => bytes.subarray(i * 97, (i + 1) * 97));
    const { facts, names: seen } = await read('-', Readable.from(pieces, { objectMode: false }));
    expect(seen).toEqual(names(12));
    expect(facts.name).toBe('stdin');
  });

  it('loses nothing but its torn last line, and says that', async () => {
    const whole = log(5);
    const { facts, names: seen } = await read(fileOf(whole.slice(0, -40)));
    expect(seen).toEqual(names(4));
    expect(facts).toMatchObject({ torn: true, skipped: 0 });
    const growing = await read(fileOf(whole.slice(0, -1)));
    expect(growing.facts).toMatchObject({ torn: false, requests: 5 });
  });

  it('loses nothing that comes before the end of a gzip stream that was cut', async () => {
    const packed = gzipSync(log(400), { level: 0 });
    const { facts, names: seen } = await read(fileOf(packed.subarray(0, packed.length / 2)));
    expect(facts.torn).toBe(true);
    expect(seen.length).toBeGreaterThan(150);
    expect(seen).toEqual(names(seen.length));
  });

  it('counts the lines that are no events, and goes on behind them', async () => {
    const other = '{"level":"info","msg":"not an event"}\nplain words\n\n{"kind":"Event","apiVer\n';
    expect((await read(fileOf(`${named('a')}\n${other}${named('b')}\n`))).facts).toMatchObject({
      events: 2,
      skipped: 3,
    });
  });

  it('tells when its requests were received', async () => {
    const at = (moment: string): string => `${auditLine({ requestReceivedTimestamp: moment })}\n`;
    const { facts } = await read(fileOf(at('2026-03-01T10:00:05Z') + at('2026-03-01T10:00:01Z')));
    expect([facts.from, facts.to]).toEqual([Date.UTC(2026, 2, 1, 10, 0, 1), Date.UTC(2026, 2, 1, 10, 0, 5)]);
  });

  it.each([
    ['a list over many lines (gcloud)', (events: object[]) => JSON.stringify(events, null, 2)],
    ['a list in one line', (events: object[]) => JSON.stringify(events)],
    [
      'within an object over many lines (aws)',
      (events: object[]) =>
        JSON.stringify(
          {
            nextToken: '[{"}\\',
            note: '"]}',
            events: events.map((event) => ({ note: '"}', message: JSON.stringify(event) })),
          },
          null,
          4,
        ),
    ],
    [
      'one object after the other over many lines (jq)',
      (events: object[]) => events.map((event) => JSON.stringify(event, null, 2)).join('\n'),
    ],
  ])('may be JSON as programs print it: %s', async (_, print) => {
    const text = print(names(7).map((name) => JSON.parse(named(name)) as object));
    expect((await read(fileOf(text))).names).toEqual(names(7));
    const pieces = Array.from({ length: Math.ceil(text.length / 53) }, (__, i) => text.slice(i * 53, (i + 1) * 53));
    expect(
      (await read('-', Readable.from([text.slice(0, 200), text.slice(200)], { objectMode: false }))).names,
    ).toEqual(names(7));
    expect(pieces.join('')).toBe(text);
  });

  it.each([
    ['nothing', ''],
    ['something else', 'a log of something else\n'],
    ['Events of Kubernetes', '{"kind":"Event","apiVersion":"v1","metadata":{}}\n'],
  ])('is refused in one sentence where it holds %s', async (_, content) => {
    const problem: unknown = await read(fileOf(content)).catch((error: unknown) => error);
    expect(isProblem(problem) && problem.message).toMatch(/holds no audit event/);
  });

  it('is refused where it is compressed in a way that is not read', async () => {
    const problem: unknown = await read(fileOf(Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0))).catch(
      (error: unknown) => error,
    );
    expect(isProblem(problem) && problem.message).toMatch(/compressed with xz/);
  });
});
