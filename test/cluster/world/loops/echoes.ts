import { until } from '../../../etcd/harness/until.ts';
import { widgetDefinition } from '../../harness/widgets.ts';
import { accountOf, core } from '../objects.ts';
import type { Loop } from '../scenario.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/apps.example.com/v1/namespaces/widgets/widgets';
const operator = accountOf('widgets', 'widget-operator');

export const statusEcho: Loop = {
  name: 'a controller that wakes itself by a time in status',
  namespace: 'widgets',
  users: [operator],
  expected: {
    pattern: 'status-self-trigger',
    subject: { type: 'object', group: 'apps.example.com', resource: 'widgets', namespace: 'widgets', name: 'gear' },
    writers: [[operator, 'widget-operator']],
    fields: ['/status/lastProbe'],
    remedy: /compare before writing: \/status\/lastProbe/,
    live: true,
  },
  async prepare({ as, plane }) {
    const admin = as('admin', 'kubectl');
    await admin.create(definitions, widgetDefinition);
    await until('widgets to be served', async () => (await plane.adminFetch(widgets)).status === 200);
    const metadata = { name: 'gear' };
    await admin.create(widgets, { apiVersion: 'apps.example.com/v1', kind: 'Widget', metadata, spec: { size: 1 } });
  },
  start({ as, every }) {
    const controller = as(operator, 'widget-operator');
    every(175, () =>
      controller.patch(`${widgets}/gear/status`, { status: { phase: 'Ready', lastProbe: new Date().toISOString() } }),
    );
  },
};

const patroni = accountOf('db', 'postgres');

export const heartbeat: Loop = {
  name: 'a heartbeat in an annotation',
  namespace: 'db',
  users: [patroni],
  expected: {
    pattern: 'annotation-heartbeat',
    subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'db', name: 'postgres-leader' },
    writers: [[patroni, 'patroni']],
    fields: ['/metadata/annotations/renewTime'],
    remedy: /Lease/,
    live: true,
  },
  async prepare({ as }) {
    await as(patroni, 'patroni').create(`${core('db')}/configmaps`, { metadata: { name: 'postgres-leader' } });
  },
  start({ as, every }) {
    const leader = as(patroni, 'patroni');
    every(175, () =>
      leader.patch(`${core('db')}/configmaps/postgres-leader`, {
        metadata: { annotations: { renewTime: new Date().toISOString() } },
      }),
    );
  },
};
