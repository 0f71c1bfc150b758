import { resourceName } from '../../../model/resource.ts';
import { listed } from '../../../words/listed.ts';
import { count, counted, duration, percent } from '../../../words/units.ts';
import { failed, ok, skipped, warning } from '../define-check.ts';
import { deployed, logOf } from './installed.ts';
import { valueOf, type ClusterCheck } from './needs.ts';
import type { ClusterSeen, SeenAnalyzer, SeenWatch } from './seen.ts';

/** Below it what was not seen matters more than what was. */
const enough = 0.95;
/** Until so much was written, a share says nothing. */
const fewRevisions = 20;
/** So many writes without a single request from the webhook, and something is between them. */
const surelyHeard = 1_000;
const namesShown = 6;

const analyzerOf = ({ analyzer }: ClusterSeen): SeenAnalyzer => valueOf(analyzer)!;

export const analyzerAnswers: ClusterCheck = {
  category: 'analyzer',
  name: 'analyzer answers',
  needs: [],
  looksAt: 'the status that a ready analyzer tells over a port-forward, or at --analyzer',
  warnsWhen: 'it is still making its first lists',
  failsWhen: 'one is installed and none is ready, or it does not answer',
  judge(seen) {
    const { analyzer, now } = seen;
    const [installed] = deployed(seen, 'analyzer');
    const log = `see its log:\n${logOf('analyzer', installed?.namespace)}`;
    if ('why' in analyzer) return installed ? failed(analyzer.why, log) : skipped(`unknown: ${analyzer.why}`);
    const { known } = analyzer;
    if (!known) return installed ? failed('none is ready', log) : skipped('no analyzer is installed');
    if (!known.synced) return warning(`${known.name} is still making its first lists`, `wait a minute; else ${log}`);
    return ok(`${known.name} has counted for ${duration(Math.max(0, now - known.since))}`);
  },
};

export const watches: ClusterCheck = {
  category: 'analyzer',
  name: 'watches',
  needs: ['an analyzer'],
  looksAt: 'the state of each of its watches',
  warnsWhen: 'some are forbidden, or are being tried again',
  failsWhen: 'not one is alive',
  judge(seen) {
    const { resources, name } = analyzerOf(seen);
    const alive = resources.filter(({ state }) => state === 'watching');
    const wrong = resources.filter(({ state }) => state === 'forbidden' || state === 'retrying');
    const said = `${counted(alive.length, 'resource')} watched`;
    if (wrong.length === 0 && alive.length > 0) return ok(said);
    const forbidden = wrong.filter(({ state }) => state === 'forbidden');
    const retrying = wrong.filter(({ state }) => state === 'retrying');
    const why = [
      said,
      ...(forbidden.length > 0 ? [`not allowed: ${namesOf(forbidden)}`] : []),
      ...(retrying.length > 0 ? [`tried again: ${namesOf(retrying)} (${retrying[0]?.why})`] : []),
    ].join('; ');
    const hint = [
      ...(forbidden.length > 0 ? [`what is not allowed is not counted; to allow it:\n${roleFor(forbidden)}`] : []),
      ...(retrying.length > 0 || alive.length === 0 ? [`see the log of ${name} and the health of the API server`] : []),
    ].join('\n\n');
    return (alive.length === 0 ? failed : warning)(why, hint);
  },
};

export const coverage: ClusterCheck = {
  category: 'analyzer',
  name: 'coverage',
  needs: ['an analyzer'],
  looksAt: 'the revisions that its watches explained, of those that the store made meanwhile',
  warnsWhen: `it is below ${percent(enough)}`,
  judge(seen) {
    const { isEtcd, coverage: seenOf, notSeen } = analyzerOf(seen);
    if (!isEtcd) return skipped('unknown: the store behind this API server does not number writes as etcd does');
    const { counted: explained, growth } = seenOf;
    if (growth < fewRevisions) return skipped(`too early to tell: ${counted(growth, 'revision')} so far`);
    const why = `${count(explained)} of ${count(growth)} revisions explained (${percent(explained / growth)})`;
    return explained / growth >= enough
      ? ok(why)
      : warning(why, ['not seen:', ...notSeen.map((each) => `  ${each}`)].join('\n'));
  },
};

export const requestsArrive: ClusterCheck = {
  category: 'analyzer',
  name: 'requests arrive',
  needs: ['an analyzer', 'a registration'],
  looksAt: 'how many requests webhooks have passed on, from which it knows the accounts behind writes',
  warnsWhen: `none came among ${count(surelyHeard)} writes, or some were dropped`,
  judge(seen) {
    const { requests, coverage: seenOf } = analyzerOf(seen);
    const [webhook] = deployed(seen, 'webhook');
    const log = `see the webhook's log for "analyzer not reached":\n${logOf('webhook', webhook?.namespace)}`;
    if (requests.received === 0)
      return seenOf.counted < surelyHeard
        ? skipped('none yet, and few writes so far')
        : warning(`none came among ${count(seenOf.counted)} writes`, log);
    const why = `${count(requests.received)} received`;
    return requests.dropped > 0 ? warning(`${why}, ${count(requests.dropped)} dropped before`, log) : ok(why);
  },
};

export const speaks: ClusterCheck = {
  category: 'analyzer',
  name: 'leader',
  needs: ['an analyzer', 'the Lease'],
  looksAt: 'the Lease that decides which replica posts Events',
  warnsWhen: 'nobody holds it, or it was not renewed in time',
  judge(seen) {
    const { now } = seen;
    const lease = valueOf(seen.lease);
    if (!lease) return skipped('there is no Lease: analyzer.speak is off, or it was never held');
    const { name, holder, renewedAt, seconds } = lease;
    const hint = `whoever gets it speaks; if nobody does, see its rights on it:\nkubectl -n ${name.split('/')[0]} describe lease ${name.split('/')[1]}`;
    if (holder === '') return warning(`nobody holds ${name}: no Events are posted`, hint);
    const silent = now - renewedAt;
    return silent > seconds * 2_000
      ? warning(`${holder} has not renewed ${name} for ${duration(silent)}`, hint)
      : ok(`${holder}, renewed ${duration(Math.max(0, silent))} ago`);
  },
};

function namesOf(those: readonly SeenWatch[]): string {
  const names = those.map(resourceName);
  return names.length <= namesShown
    ? listed(names)
    : `${names.slice(0, namesShown).join(', ')} and ${names.length - namesShown} more`;
}

/** The chart's ClusterRole takes up whatever carries this label. */
function roleFor(those: readonly SeenWatch[]): string {
  const groups = [...Map.groupBy(those, ({ group }) => group)].map(
    ([group, of]) =>
      `  - {apiGroups: ["${group}"], resources: [${of.map(({ resource }) => resource).join(', ')}], verbs: [list, watch]}`,
  );
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: ClusterRole',
    'metadata:',
    '  name: kubechurn-also',
    '  labels: {kubechurn.dev/aggregate-to-analyzer: "true"}',
    'rules:',
    ...groups,
  ].join('\n');
}
