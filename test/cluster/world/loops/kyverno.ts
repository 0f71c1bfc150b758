import { randomBytes, randomUUID } from 'node:crypto';
import { until } from '../../../etcd/harness/until.ts';
import { accountOf, core, definition } from '../objects.ts';
import type { Loop } from '../scenario.ts';
import { newerEvent } from './events.ts';

const admission = accountOf('kyverno', 'kyverno-admission-controller');
const reporting = accountOf('kyverno', 'kyverno-reports-controller');
const reports = '/apis/reports.kyverno.io/v1/namespaces/judged/ephemeralreports';

/** As Kyverno 1.19 writes for each admission: a report that is created, adopted and deleted, and two Events. */
export const kyvernoReports: Loop = {
  name: "a flood of Kyverno's intermediate reports",
  namespace: 'judged',
  users: [admission, reporting],
  expected: {
    pattern: 'kyverno-report-flood',
    subject: {
      ...{ type: 'prefix', group: 'reports.kyverno.io', resource: 'ephemeralreports' },
      name: '/registry/reports.kyverno.io/ephemeralreports',
    },
    writers: [
      [admission, 'kyverno'],
      [reporting, 'reports-controller'],
    ],
    fields: [],
    remedy: /write fewer|PolicyViolation/,
    live: true,
  },
  async prepare({ as, plane }) {
    const admin = as('admin', 'helm');
    await admin.create(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      definition('reports.kyverno.io', 'ephemeralreports', 'EphemeralReport'),
    );
    await until('reports to be served', async () => (await plane.adminFetch(reports)).status === 200);
    await admin.create(`${core('judged')}/configmaps`, { metadata: { name: 'judged' } });
  },
  start({ as, every, plane }) {
    const [controller, collector] = [as(admission, 'kyverno'), as(reporting, 'reports-controller')];
    const named: string[] = [];
    let uid: string | undefined;
    const make = async (name: string): Promise<void> => {
      uid ??= (await plane.request('GET', `${core('judged')}/configmaps/judged`)).metadata.uid;
      await controller.create(reports, {
        ...{ apiVersion: 'reports.kyverno.io/v1', kind: 'EphemeralReport' },
        metadata: {
          name,
          labels: {
            'app.kubernetes.io/managed-by': 'kyverno',
            'audit.kyverno.io/resource.gvr': 'configmaps.v1',
            'audit.kyverno.io/resource.kind': 'ConfigMap',
            'audit.kyverno.io/resource.uid': uid,
            'audit.kyverno.io/source': 'admission',
          },
          annotations: {
            'audit.kyverno.io/resource.name': 'judged',
            'audit.kyverno.io/resource.namespace': 'judged',
          },
        },
        spec: { summary: { error: 0, fail: 1, pass: 2, skip: 0, warn: 0 } },
      });
      named.push(name);
    };
    const adopt = (name: string): Promise<unknown> => {
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'judged', uid: uid ?? '' };
      return collector.patch(`${reports}/${name}`, { metadata: { ownerReferences: [owner] } });
    };
    const complain = (about: string): Promise<unknown> =>
      controller.create('/apis/events.k8s.io/v1/namespaces/judged/events', {
        ...newerEvent(about, 'judged'),
        ...{ reason: 'PolicyViolation', action: 'Resource Passed', type: 'Warning', note: 'labels are required' },
        ...{ reportingController: 'kyverno-admission', reportingInstance: 'kyverno-admission-0' },
      });
    every(400, async () => {
      // One report is adopted while the next is made, and goes when the one after that is.
      const [oldest, older] = named.slice(-2);
      const [adopted, gone] = older === undefined ? [oldest, undefined] : [older, oldest];
      await Promise.all([
        make(`${randomUUID()}-${randomBytes(3).toString('hex').slice(0, 5)}`),
        adopted !== undefined && adopt(adopted),
        gone !== undefined && collector.remove(`${reports}/${gone}`),
        ...['judged', 'require-labels'].map(complain),
      ]);
    });
  },
};
