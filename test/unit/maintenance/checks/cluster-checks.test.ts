import { describe, expect, it } from '@jest/globals';
import { checks } from '../../../../src/maintenance/checks/catalogue.ts';
import { clusterChecks } from '../../../../src/maintenance/checks/cluster/catalogue.ts';
import { runClusterChecks } from '../../../../src/maintenance/checks/cluster/run-cluster-checks.ts';
import type { ClusterSeen } from '../../../../src/maintenance/checks/cluster/seen.ts';
import { vclusterDeployed } from '../../../../src/maintenance/targets/vcluster-deployed.ts';
import { vclusterOf } from '../../../../src/maintenance/targets/vcluster.ts';
import type { CheckOutcome } from '../../../../src/model/check.ts';
import { checkText } from '../../../../src/report/text/check.ts';
import { assembleCheck } from '../../../../src/report/check/assemble-check.ts';
import { itJudges, type Case } from './cases.ts';
import { analyzer, backend, clusterSeen as seen, etcdWith, goodFlags, served } from './cluster-world.ts';
import { day, GiB, minute, now } from './world.ts';

function outcome(name: string, world: ClusterSeen): CheckOutcome {
  const found = runClusterChecks(world).find((check) => check.name === name);
  if (!found) throw new Error(`no check is called ${name}`);
  return found;
}

const deployment = (component: string, ready: number) => ({
  ...{ component, namespace: 'kc', name: component, wanted: 2, ready },
});
const only = (...those: ReturnType<typeof deployment>[]): ClusterSeen['deployments'] => ({ known: those });
const hook = (change: object) => ({
  known: [
    {
      ...{ configuration: 'kc', name: 'all.kubechurn.dev', failurePolicy: 'Ignore', timeoutSeconds: 1 },
      ...change,
    },
  ],
});
const lease = (change: object): ClusterSeen['lease'] => ({
  known: { name: 'kc/kubechurn-analyzer', holder: 'pod-a', renewedAt: now - 20_000, seconds: 90, ...change },
});
const watch = (resource: string, state: string, group = '') => ({ group, resource, state, why: `${state} because` });
const tried = (change: object): ClusterSeen['probe'] => ({
  known: { namespace: 'default', warned: false, failedOpen: 0, ...change },
});
const refused = { why: 'deployments is forbidden' };
const shop = vclusterDeployed(vclusterOf('team-a', 'shop'));

const cases: readonly Case<ClusterSeen>[] = [
  ['it is new enough', 'version of Kubernetes', seen(), 'ok', /^v1\.36\.3$/],
  ['it is too old', 'version of Kubernetes', seen({ version: 'v1.27.9' }), 'failed', /ignores matchConditions/],
  ['it is none', 'version of Kubernetes', seen({ version: 'dev' }), 'skipped', /"dev"/],
  ['all is allowed', 'rights', seen(), 'ok', /^all 1 /],
  [
    'something is not',
    'rights',
    seen({
      rights: {
        known: [
          { verb: 'list', group: '', resource: 'pods', purpose: 'top', allowed: true },
          { verb: 'create', group: '', resource: 'pods/portforward', namespace: 'kc', purpose: 'top', allowed: false },
          { verb: 'get', group: '', resource: '', path: '/metrics', purpose: 'counting', allowed: false },
        ],
      },
    }),
    'warning',
    /^without create pods\/portforward in kc, get \/metrics: no top and counting$/,
  ],
  ['all are ready', 'pods of kubechurn', seen(), 'ok', /kubechurn-webhook 2 of 2 and kubechurn-analyzer 1 of 1/],
  ['one is missing', 'pods of kubechurn', seen({ deployments: only(deployment('webhook', 1)) }), 'warning', /1 of 2/],
  ['none is ready', 'pods of kubechurn', seen({ deployments: only(deployment('webhook', 0)) }), 'failed', /0 of 2/],
  ['it is not installed', 'pods of kubechurn', seen({ deployments: only() }), 'skipped', /not installed/],
  ['they may not be listed', 'pods of kubechurn', seen({ deployments: refused }), 'skipped', /^unknown: .*forbidden/],
  ['it is', 'webhook registered', seen(), 'ok', /^2 webhooks in kubechurn, Ignore, at most 1 s$/],
  ['it is not, though it runs', 'webhook registered', seen({ hooks: { known: [] } }), 'failed', /no Validating/],
  [
    'there is none at all',
    'webhook registered',
    seen({ hooks: { known: [] }, deployments: only() }),
    'skipped',
    /no webhook is installed/,
  ],
  [
    'it fails closed',
    'webhook registered',
    seen({ hooks: hook({ failurePolicy: 'Fail' }) }),
    'warning',
    /failurePolicy Fail/,
  ],
  ['it waits long', 'webhook registered', seen({ hooks: hook({ timeoutSeconds: 10 }) }), 'warning', /up to 10 s/],
  ['two endpoints are', 'webhook reachable', seen(), 'ok', /2 of 2 ready$/],
  [
    'one of two is',
    'webhook reachable',
    seen({ backends: [backend({ endpoints: { known: { ready: 1, unready: 1 } } })] }),
    'warning',
    /1 of 2 ready/,
  ],
  [
    'none is',
    'webhook reachable',
    seen({ backends: [backend({ endpoints: { known: { ready: 0, unready: 0 } } })] }),
    'failed',
    /0 of 0 ready/,
  ],
  [
    'it has a URL',
    'webhook reachable',
    seen({ backends: [backend({ name: 'https://a', endpoints: undefined })] }),
    'skipped',
    /by URL/,
  ],
  [
    'slices may not be read',
    'webhook reachable',
    seen({ backends: [backend({ endpoints: refused })] }),
    'skipped',
    /forbidden/,
  ],
  ['it is trusted', 'webhook certificate', seen(), 'ok', /^trusted by the caBundle, valid until 2027-03-06, 5 d/],
  [
    'another authority is given',
    'webhook certificate',
    seen({ backends: [backend({ served: served({ distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }) })] }),
    'failed',
    /does not vouch for it \(UNABLE_TO/,
  ],
  [
    'no authority is given',
    'webhook certificate',
    seen({ backends: [backend({ hasBundle: false, served: served({ distrust: 'SELF_SIGNED' }) })] }),
    'failed',
    /has no caBundle/,
  ],
  [
    'it has ended',
    'webhook certificate',
    seen({ backends: [backend({ served: served({ validTo: now - day }) })] }),
    'failed',
    /expired on 2027-02-28/,
  ],
  [
    'it ends soon',
    'webhook certificate',
    seen({ backends: [backend({ served: served({ validTo: now + day / 2 }) })] }),
    'warning',
    /12 h from now/,
  ],
  [
    'nobody answers',
    'webhook certificate',
    seen({ backends: [backend({ served: { why: 'connect ECONNREFUSED' } })] }),
    'skipped',
    /could not be asked \(connect ECONNREFUSED\)/,
  ],
  ['it is ready', 'webhook answers', seen(), 'ok', /is ready/],
  [
    'one of two places is not ready',
    'webhook answers',
    seen({ backends: [backend(), backend({ name: 'https://b', served: served({ status: 503, said: 'stopping' }) })] }),
    'failed',
    /^https:\/\/b: it says 503: stopping$/,
  ],
  ['they come back', 'warnings seen', seen(), 'ok', /a write to default brought/],
  ['they do not', 'warnings seen', seen({ probe: tried({}) }), 'failed', /came back without/],
  ['calls failed open', 'warnings seen', seen({ probe: tried({ failedOpen: 1 }) }), 'failed', /1 call failed open/],
  ['nothing may be tried', 'warnings seen', seen({ probe: refused }), 'skipped', /forbidden/],
  ['it does', 'analyzer answers', seen(), 'ok', /has counted for 1 h 30 min/],
  ['it lists', 'analyzer answers', seen({ analyzer: analyzer({ synced: false }) }), 'warning', /first lists/],
  ['none is ready', 'analyzer answers', seen({ analyzer: { known: undefined } }), 'failed', /none is ready/],
  ['it is silent', 'analyzer answers', seen({ analyzer: { why: 'no answer' } }), 'failed', /no answer/],
  [
    'none is installed',
    'analyzer answers',
    seen({ analyzer: { known: undefined }, deployments: only() }),
    'skipped',
    /no analyzer is installed/,
  ],
  ['all are alive', 'watches', seen(), 'ok', /^2 resources watched$/],
  [
    'some are forbidden and some cut off',
    'watches',
    seen({
      analyzer: analyzer({
        resources: [watch('pods', 'watching'), watch('widgets', 'forbidden', 'a.dev'), watch('jobs', 'retrying')],
      }),
    }),
    'warning',
    /1 resource watched; not allowed: widgets\.a\.dev; tried again: jobs \(retrying because\)/,
  ],
  [
    'none is alive',
    'watches',
    seen({ analyzer: analyzer({ resources: [watch('pods', 'retrying')] }) }),
    'failed',
    /0 resources watched/,
  ],
  ['nearly all is seen', 'coverage', seen(), 'ok', /5,000 of 5,010 revisions/],
  [
    'much is not seen',
    'coverage',
    seen({ analyzer: analyzer({ coverage: { counted: 50, growth: 100 } }) }),
    'warning',
    /50\.0 %/,
  ],
  [
    'it just began',
    'coverage',
    seen({ analyzer: analyzer({ coverage: { counted: 1, growth: 2 } }) }),
    'skipped',
    /too early/,
  ],
  ['the store is no etcd', 'coverage', seen({ analyzer: analyzer({ isEtcd: false }) }), 'skipped', /as etcd does/],
  ['they do', 'requests arrive', seen(), 'ok', /^400 received$/],
  [
    'none came',
    'requests arrive',
    seen({ analyzer: analyzer({ requests: { received: 0, dropped: 0 } }) }),
    'warning',
    /none came among 5,000 writes/,
  ],
  [
    'none came yet',
    'requests arrive',
    seen({ analyzer: analyzer({ requests: { received: 0, dropped: 0 }, coverage: { counted: 5, growth: 5 } }) }),
    'skipped',
    /few writes/,
  ],
  [
    'some were dropped',
    'requests arrive',
    seen({ analyzer: analyzer({ requests: { received: 9, dropped: 3 } }) }),
    'warning',
    /9 received, 3 dropped/,
  ],
  ['somebody holds it', 'leader', seen(), 'ok', /^pod-a, renewed 20 s ago$/],
  ['nobody holds it', 'leader', seen({ lease: lease({ holder: '' }) }), 'warning', /nobody holds kc\//],
  ['the holder is gone', 'leader', seen({ lease: lease({ renewedAt: now - 9 * minute }) }), 'warning', /for 9 min/],
  ['there is none', 'leader', seen({ lease: { known: undefined } }), 'skipped', /no Lease/],
  ['it is set', 'quota flag', seen(), 'ok', /^8\.0 GiB at kube-system\/etcd-a$/],
  ['it is not set', 'quota flag', seen({ etcds: { known: [etcdWith({})] } }), 'warning', /2\.0 GiB, etcd's default/],
  [
    'it is too much',
    'quota flag',
    seen({ etcds: { known: [etcdWith({ 'quota-backend-bytes': String(16 * GiB) })] } }),
    'warning',
    /^16\.0 GiB/,
  ],
  ['no pod shows it', 'quota flag', seen({ etcds: { known: [] } }), 'skipped', /ask it with --etcd/],
  [
    'only a file shows it',
    'quota flag',
    seen({ etcds: { known: [] }, vclusters: ['team-a/shop'] }),
    'skipped',
    /only its vcluster\.yaml tells for team-a\/shop/,
  ],
  ['it is on', 'auto-compaction flag', seen(), 'ok', /^periodic, 30m at/],
  ['it is off', 'auto-compaction flag', seen({ etcds: { known: [etcdWith({})] } }), 'warning', /^off at/],
  ['it compacts', 'compaction by kube-apiserver', seen(), 'ok', /^every 5m, the default$/],
  [
    'it does not',
    'compaction by kube-apiserver',
    seen({
      apiServers: { known: [{ name: 'kube-system/a', flags: new Map([['etcd-compaction-interval', '0']]) }] },
    }),
    'warning',
    /^off at kube-system\/a/,
  ],
  ['it is managed', 'compaction by kube-apiserver', seen({ apiServers: { known: [] } }), 'skipped', /managed/],
];

describe('the checks of a cluster', () => {
  itJudges({ cases, checks: clusterChecks, outcome });

  it('find nothing wrong with a healthy cluster, and fail nothing of one without kubechurn', () => {
    expect(runClusterChecks(seen()).filter(({ result }) => result !== 'ok')).toEqual([]);
    const without = seen({ deployments: only(), hooks: { known: [] }, backends: [], analyzer: { known: undefined } });
    expect(runClusterChecks(without).filter(({ result }) => result === 'failed')).toEqual([]);
  });

  it('advise the lines of each way to run an etcd', () => {
    const etcds = { known: [etcdWith({}), etcdWith({}, { name: 'team-a/shop-etcd', target: shop })] };
    const { hint } = outcome('quota flag', seen({ etcds }));
    expect(hint).toContain('kubeadm, in the ClusterConfiguration');
    expect(hint).toContain('vCluster with deployed etcd, in vcluster.yaml:');
    expect(hint.split('\n\n')).toHaveLength(2);
    expect(outcome('quota flag', seen({ etcds: { known: [etcdWith(goodFlags)] } })).hint).toBe('');
  });

  it('print lines to copy as they are', () => {
    const world = seen({ analyzer: analyzer({ resources: [watch('widgets', 'forbidden', 'apps.example.com')] }) });
    const report = assembleCheck(runClusterChecks(world), { target: 'cluster', version: '0' });
    const text = checkText(report, { colour: false });
    expect(text).toContain(
      '    rules:\n      - {apiGroups: ["apps.example.com"], resources: [widgets], verbs: [list, watch]}',
    );
    expect(text).toContain('kubechurn.dev/aggregate-to-analyzer: "true"');
  });

  it('have names and categories of their own', () => {
    const names = [...checks, ...clusterChecks].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const categories = clusterChecks.map(({ category }) => category);
    const runs = categories.filter((category, i) => category !== categories[i - 1]);
    expect(new Set(runs).size).toBe(runs.length);
  });
});
