import type { JsonObject } from '../../../src/model/json.ts';
import type { Millis } from '../../../src/model/write.ts';
import type { Named } from '../registry.ts';
import type { Entity, Stage } from '../stage.ts';
import { metadata, reference, target } from './metadata.ts';

export interface Verdict {
  readonly policy: string;
  readonly rule: string;
  readonly result: 'pass' | 'fail';
  readonly message: string;
}

const groupOf = (object: Named) => (object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '');
const versionOf = (object: Named) => object.apiVersion.split('/').at(-1) ?? 'v1';

/** Kyverno stores an integer epoch here, outside status. */
const results = (verdicts: readonly Verdict[], at: Millis): readonly JsonObject[] =>
  verdicts.map((verdict) => ({
    ...verdict,
    properties: { process: 'background scan' },
    scored: true,
    source: 'kyverno',
    timestamp: { nanos: 0, seconds: Math.floor(at / 1000) },
  }));

function summary(verdicts: readonly Verdict[]): JsonObject {
  const count = (result: Verdict['result']) => verdicts.filter((verdict) => verdict.result === result).length;
  return { error: 0, fail: count('fail'), pass: count('pass'), skip: 0, warn: 0 };
}

/** Kyverno 1.12 and later: the name is the UID of the request and five random characters. */
export function createEphemeralReport(stage: Stage, object: Named, verdicts: readonly Verdict[]): Entity {
  const generateName = `${stage.random.uid()}-`;
  const { name, namespace = 'default', uid } = object.metadata;
  const body: Named = {
    apiVersion: 'reports.kyverno.io/v1',
    kind: 'EphemeralReport',
    metadata: metadata(stage, {
      name: `${generateName}${stage.random.suffix()}`,
      generateName,
      namespace,
      generation: 1,
      annotations: { 'audit.kyverno.io/resource.name': name, 'audit.kyverno.io/resource.namespace': namespace },
      labels: {
        'app.kubernetes.io/managed-by': 'kyverno',
        'audit.kyverno.io/resource.group': groupOf(object),
        'audit.kyverno.io/resource.gvr': [`${object.kind.toLowerCase()}s`, versionOf(object), groupOf(object)]
          .filter((part) => part !== '')
          .join('.'),
        'audit.kyverno.io/resource.kind': object.kind,
        'audit.kyverno.io/resource.uid': uid,
        'audit.kyverno.io/resource.version': versionOf(object),
        'audit.kyverno.io/source': 'admission',
        ...Object.fromEntries(verdicts.map(({ policy }) => [`cpol.kyverno.io/${policy}`, '621'])),
      },
    }),
    spec: {
      owner: { apiVersion: '', kind: '', name: '', uid: '' },
      results: results(verdicts, stage.now),
      summary: summary(verdicts),
    },
  };
  return stage.create(body, { manager: 'kyverno' });
}

export const adopt = (stage: Stage, report: Entity, object: Named): Entity =>
  stage.update(report, { manager: 'reports-controller' }, { metadata: { ownerReferences: [reference(object)] } });

export function createPolicyReport(stage: Stage, object: Named, verdicts: readonly Verdict[], scanned: Millis): Entity {
  const { namespace = 'default', uid } = object.metadata;
  const body: Named = {
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    kind: 'PolicyReport',
    metadata: {
      ...metadata(stage, {
        name: uid,
        namespace,
        generation: 1,
        labels: { 'app.kubernetes.io/managed-by': 'kyverno' },
      }),
      ownerReferences: [reference(object)],
    },
    results: results(verdicts, scanned),
    scope: target(object),
    summary: summary(verdicts),
  };
  return stage.create(body, { manager: 'reports-controller' });
}

/** Found nothing new, writes all the same: only `results[].timestamp.seconds` moves. */
export const rewritePolicyReport = (
  stage: Stage,
  report: Entity,
  verdicts: readonly Verdict[],
  scanned: Millis,
): Entity => stage.update(report, { manager: 'reports-controller' }, { results: results(verdicts, scanned) });
