import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { isProblem } from '../../../../src/errors/problem.ts';
import type { Request } from '../../../../src/model/request.ts';
import { parseSyncerLine } from '../../../../src/sources/syncer-log/parse-line.ts';
import { readSyncerLog } from '../../../../src/sources/syncer-log/read-syncer-log.ts';

const now = Date.UTC(2026, 2, 1, 12);

async function read(text: string) {
  const requests: Request[] = [];
  const stdin = Readable.from([text], { objectMode: false });
  const facts = await readSyncerLog('-', { stdin, now, onRequest: (request) => requests.push(request) });
  return { facts, requests };
}

const error =
  'sync: patch virtual object: update object: Pod "runner-0" is invalid: spec: Forbidden: pod updates may not change fields';
const fields = (message: string) =>
  JSON.stringify({ component: 'vcluster', controller: 'pod', namespace: 'build', name: 'runner-0', error: message });

describe("a line of a syncer's log", () => {
  it('tells which object could not be synced, as zap prints it for people', () => {
    const line = `2026-03-01 11:43:28\tERROR\tcontroller/controller.go:494\tReconciler error\t${fields(error)}`;
    const failure = { controller: 'pod', namespace: 'build', name: 'runner-0', error };
    const at = Date.UTC(2026, 2, 1, 11, 43, 28);
    expect(parseSyncerLine(line, now)).toEqual({ at, failure });
    // as "kubectl logs --prefix" and stern put it
    expect(parseSyncerLine(`vcluster-0 syncer ${line}`, now)).toEqual({ at, failure });
  });

  it('tells it as zap prints JSON', () => {
    const line = JSON.stringify({
      level: 'error',
      ts: now / 1000,
      msg: 'Reconciler error',
      ...JSON.parse(fields(error)),
    });
    expect(parseSyncerLine(line, now)).toMatchObject({ at: now, failure: { name: 'runner-0' } });
  });

  it('tells it as klog does, which leaves the year out', () => {
    const line = (day: string) =>
      `E${day} 08:00:52.416832       1 logr.go:265] reconciler group  reconciler kind Service: controller: service: name web namespace shop: Reconciler error Service "web" is invalid: spec.clusterIPs`;
    expect(parseSyncerLine(line('0228'), now)).toEqual({
      at: Date.UTC(2026, 1, 28, 8, 0, 52),
      failure: {
        controller: 'service',
        namespace: 'shop',
        name: 'web',
        error: 'Service "web" is invalid: spec.clusterIPs',
      },
    });
    expect(parseSyncerLine(line('1231'), now)?.at).toBe(Date.UTC(2025, 11, 31, 8, 0, 52));
  });

  it('is no failure where it only informs, or is no line of such a log', () => {
    const info = '2026-03-01 11:43:28\tINFO\tpod\tsyncer.go:1\tsomething\t{"component": "vcluster"}';
    expect(parseSyncerLine(info, now)).toEqual({ at: Date.UTC(2026, 2, 1, 11, 43, 28) });
    for (const line of ['', 'panic: nil', '{"a":1}', '\tat controller.go:1'])
      expect(parseSyncerLine(line, now)).toBeUndefined();
  });
});

describe("a syncer's log", () => {
  const line = (second: number, message: string): string =>
    `2026-03-01 11:43:${String(second).padStart(2, '0')}\tERROR\tc.go:1\tReconciler error\t${fields(message)}\n`;

  it('is a source of refused requests for objects inside the vCluster', async () => {
    const { facts, requests } = await read(
      `2026-03-01 11:43:00\tINFO\tx.go:1\tstart\n${line(1, error)}${line(3, 'Operation cannot be fulfilled on pods "runner-0": the object has been modified')}`,
    );
    expect(facts).toEqual({
      ...{ name: 'stdin', requests: 2 },
      from: Date.UTC(2026, 2, 1, 11, 43, 1),
      to: Date.UTC(2026, 2, 1, 11, 43, 3),
    });
    expect(requests).toMatchObject([
      {
        ...{ verb: 'update', user: 'kubernetes-super-admin', outcome: 'rejected', code: 422 },
        key: { group: '', resource: 'pods', namespace: 'build', name: 'runner-0' },
        reason:
          'sync: patch virtual object: update object: Pod is invalid: spec: Forbidden: pod updates may not change fields',
      },
      { code: 409 },
    ]);
  });

  it('never passes on the values that an error quotes', async () => {
    const secret = JSON.stringify({
      ...JSON.parse(fields('Secret "token" is invalid: data: Invalid value: "aHVudGVyMg==": must not change')),
      controller: 'secret',
    });
    const { requests } = await read(`2026-03-01 11:43:28\tERROR\tc.go:1\tReconciler error\t${secret}\n`);
    expect(requests[0]?.key.resource).toBe('secrets');
    expect(JSON.stringify(requests)).not.toContain('aHVudGVyMg');
  });

  it('is refused in one sentence where it is another log', async () => {
    const problem: unknown = await readSyncerLog('-', {
      ...{ stdin: new PassThrough().end('hello\n'), now, onRequest: () => undefined },
    }).catch((thrown: unknown) => thrown);
    expect(isProblem(problem) && problem.message).toMatch(/no log of a vCluster's syncer/);
  });
});
