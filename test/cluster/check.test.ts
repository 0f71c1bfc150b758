import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { etcdConnection } from '../../src/config/etcd-options.ts';
import { readCompactionNote } from '../../src/etcd/compaction-note.ts';
import { parseEndpoint } from '../../src/etcd/endpoint.ts';
import { connectMember } from '../../src/etcd/member.ts';
import { timeOfRevision } from '../../src/maintenance/time-of-revision.ts';
import { checked } from '../etcd/harness/check-live.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { until } from '../etcd/harness/until.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

const options = { controllerManager: true, apiServerArgs: ['--etcd-compaction-interval=2s'] };

describeWith(programsFor(options), 'check of the etcd behind a real API server', () => {
  let host: ControlPlane;
  beforeAll(async () => {
    host = await startControlPlane(options);
  });
  afterAll(() => host.stop());

  it('says that kube-apiserver compacts, and finds nothing that failed', async () => {
    const { with: those } = await until('kube-apiserver to compact', async () => {
      const found = await checked({ etcd: host.etcd.endpoint });
      return /^\d+ s ago by kube-apiserver; \d+ revisions are kept$/.test(found.of('last compaction').why) && found;
    });
    expect(those('failed')).toEqual([]);
  });

  it('dates the note of a compaction by the lease that kube-controller-manager stored', async () => {
    const { endpoint } = host.etcd;
    const member = connectMember(parseEndpoint(endpoint, false), etcdConnection({ etcd: endpoint }, {})!);
    const began = Date.now();
    const at = await until('a dated compaction', async () => {
      const note = await readCompactionNote(member);
      return note && (await timeOfRevision(member, note.writtenAtRevision));
    });
    member.close();
    expect(Math.abs(at - began)).toBeLessThan(15_000);
  });
});
