import { describe, expect, it } from '@jest/globals';
import { probeAnswer } from '../../../src/admission/probe.ts';
import { createAdmission, type AdmissionLimits } from '../../../src/admission/admission.ts';
import { answerText } from '../../../src/admission/answer.ts';
import type { StandingFinding } from '../../../src/model/batch.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ThrottleLabel } from '../../../src/model/throttle-label.ts';
import { review, update } from './review-of.ts';

const limits: AdmissionLimits = {
  budget: { burst: 3, everyMs: 60_000, users: 100 },
  throttle: { enabled: true, atMostMs: 600_000 },
  warnServiceAccounts: false,
};
const robot = 'system:serviceaccount:ops:robot';

function finding(more: Partial<StandingFinding> = {}): StandingFinding {
  return {
    pattern: 'field-fight',
    severity: 'warning',
    confidence: 'high',
    loop: true,
    subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'shop', name: 'settings' },
    writers: [{ name: robot, kind: 'user', confidence: 'high' }],
    fields: ['/data/mode'],
    perMinute: 40,
    remedy: '',
    since: 0,
    ...more,
  };
}

function knowing(findings: readonly StandingFinding[], more: Partial<AdmissionLimits> = {}) {
  const admission = createAdmission({ ...limits, ...more });
  admission.learn(findings, 0);
  return admission;
}

const flip = (user = 'alice', more = {}) => update({ mode: 'a' }, { mode: 'b' }, user, more);
const elsewhere = (user: string) => review({ name: 'other', userInfo: { username: user } });

describe('warnings', () => {
  it('reach who writes the object, who writes what it owns, and the writer whatever it writes', () => {
    const owned = finding({
      subject: { type: 'owner', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
    });
    const admission = knowing([finding({ writers: [{ name: 'bob', kind: 'user', confidence: 'high' }] }), owned]);
    const ofOwned = review({
      name: 'web-1',
      object: {
        metadata: {
          namespace: 'shop',
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true }],
        },
      },
    });
    expect(admission.decide(flip(), 'none', 1).warnings).toHaveLength(1);
    expect(admission.decide(ofOwned, 'none', 1).warnings).toHaveLength(1);
    expect(admission.decide(elsewhere('bob'), 'none', 1).warnings).toHaveLength(1);
    expect(admission.decide(elsewhere('carol'), 'none', 1).warnings).toEqual([]);
  });

  it('do not follow a field manager, which is everybody’s name', () => {
    const admission = knowing([finding({ writers: [{ name: 'carol', kind: 'fieldManager', confidence: 'medium' }] })]);
    expect(admission.decide(elsewhere('carol'), 'none', 1).warnings).toEqual([]);
  });

  it('are at most 120 characters, however long the names', () => {
    const long = 'x'.repeat(253);
    const admission = knowing([
      finding({
        subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'shop', name: 'settings' },
        fields: [`/metadata/annotations/${long}`],
        writers: [{ name: long, kind: 'user', confidence: 'high' }],
      }),
    ]);
    const [warning = ''] = admission.decide(flip(), 'none', 1).warnings;
    expect(warning.length).toBe(120);
    expect(warning).toMatch(/ \(docs\/patterns\/field-fight\)$/);
  });

  it('hold nothing that could forge a line, which the API server would drop them for', () => {
    const [warning = ''] = knowing([finding({ fields: ['/spec/a\nWarning: b\u202e'] })]).decide(
      flip(),
      'none',
      1,
    ).warnings;
    expect(warning).toContain('/spec/a\\x0aWarning: b\\u{202e} of');
  });

  it('stop when a user has had enough, and come back with time', () => {
    const admission = knowing([finding()]);
    const told = (user: string, at: number) => admission.decide(flip(user), 'none', at).warnings.length;
    expect([1, 2, 3, 4, 5].map((at) => told('alice', at))).toEqual([1, 1, 1, 0, 0]);
    expect(told('bob', 6)).toBe(1);
    admission.heard(60_000);
    expect([60_001, 60_002].map((at) => told('alice', at))).toEqual([1, 0]);
  });

  it('are not spent on programs unless asked for', () => {
    expect(knowing([finding()]).decide(flip(robot), 'none', 1).warnings).toEqual([]);
    const talkative = knowing([finding()], { warnServiceAccounts: true });
    expect(talkative.decide(flip(robot), 'none', 1).warnings).toHaveLength(1);
  });

  it('leave findings of severity info out', () => {
    expect(knowing([finding({ severity: 'info' })]).decide(flip(), 'none', 1).warnings).toEqual([]);
  });
});

describe('a dry run that asks whether the webhook was called', () => {
  const asking = (more: object) =>
    review({
      ...{ operation: 'CREATE', dryRun: true, userInfo: { username: robot }, ...more },
      object: { metadata: { name: 'a', annotations: { 'kubechurn.dev/check': 'abc\u0007def' } } },
    });
  const told = (more: object = {}): readonly string[] => knowing([]).decide(asking(more), 'none', 1).warnings;

  it('is told so, whoever asks and however often', () => {
    const admission = knowing([]);
    const answers = Array.from({ length: 30 }, () => admission.decide(asking({}), 'none', 1).warnings);
    expect(new Set(answers.flat())).toEqual(new Set([probeAnswer('abc\u0007def')]));
    expect(answers.every(({ length }) => length === 1)).toBe(true);
    expect(probeAnswer('abc\u0007def')).not.toContain('\u0007');
  });

  it('is nobody’s who really writes', () => {
    expect([told({ dryRun: false }), told({ operation: 'UPDATE' })]).toEqual([[], []]);
  });
});

describe('the throttle', () => {
  const refused = (
    admission: ReturnType<typeof knowing>,
    request = flip(robot),
    namespace: ThrottleLabel = 'on',
    at = 1,
  ) => admission.decide(request, namespace, at).refusal?.code;

  it('refuses one more turn of a proven loop with 429, without saying when to come back', () => {
    const decision = knowing([finding()]).decide(flip(robot), 'on', 1);
    expect(JSON.parse(answerText('u', decision))).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: 'u',
        allowed: false,
        status: { code: 429, reason: 'TooManyRequests', message: expect.stringContaining('/data/mode') },
      },
    });
  });

  it('is off by default, and where no label asks for it', () => {
    expect(refused(knowing([finding()], { throttle: { enabled: false, atMostMs: 1 } }))).toBeUndefined();
    expect(refused(knowing([finding()]), flip(robot), 'none')).toBeUndefined();
  });

  it.each([
    ['on', 'none', 429],
    ['on', 'on', 429],
    ['off', 'on', undefined],
    ['on', 'off', undefined],
    ['off', 'none', undefined],
  ] as const)(
    'answers an object labelled %s in a namespace labelled %s with %s: one `off` is enough',
    (own, namespace, code) => {
      const request = flip(robot, { labels: { 'kubechurn.dev/throttle': own } });
      expect(refused(knowing([finding()]), request, namespace)).toBe(code);
    },
  );

  it('does nothing in a namespace labelled off', () => {
    expect(refused(knowing([finding()]), flip(robot), 'off')).toBeUndefined();
  });

  it('spares everybody but the proven writers', () => {
    expect(refused(knowing([finding()]), flip('alice'))).toBeUndefined();
  });

  it('refuses a client-side apply as well, whose annotation says once more what it applies', () => {
    const applied = (mode: string): JsonObject => ({
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': mode } },
      data: { mode },
    });
    const request = review({ oldObject: applied('a'), object: applied('b'), userInfo: { username: robot } });
    expect(refused(knowing([finding()]), request)).toBe(429);
    expect(refused(knowing([finding({ fields: ['/data/other'] })]), request)).toBeUndefined();
  });

  it('spares whatever else is changed, even beside the proven field', () => {
    const both = update({ mode: 'a', other: '1' }, { mode: 'b', other: '2' }, robot);
    expect(refused(knowing([finding()]), both)).toBeUndefined();
    expect(refused(knowing([finding()]), update({ mode: 'a' }, { mode: 'a' }, robot))).toBeUndefined();
  });

  it.each([
    ['without high confidence', { confidence: 'medium' }],
    ['that is no loop', { loop: false }],
    ['about a whole prefix', { subject: { type: 'prefix', name: '/registry/configmaps' } }],
    ['about another object', { subject: { ...finding().subject, namespace: 'other' } }],
  ] as const)('does nothing about a finding %s', (_, more) => {
    expect(refused(knowing([finding(more)]))).toBeUndefined();
  });

  it.each([
    ['kube-system', { namespace: 'kube-system' }],
    ['nodes', { resource: { group: '', resource: 'nodes' }, namespace: '' }],
    ['leases', { resource: { group: 'coordination.k8s.io', resource: 'leases' } }],
    ['deletions', { operation: 'DELETE', object: null }],
    ['creations', { operation: 'CREATE', oldObject: null }],
    ['what is only tried', { dryRun: true }],
    ['an object on its way out', { oldObject: { metadata: { deletionTimestamp: 'now' }, data: { mode: 'a' } } }],
  ])('never touches %s', (_, more) => {
    const request = review({
      oldObject: { metadata: {}, data: { mode: 'a' } },
      object: { metadata: {}, data: { mode: 'b' } },
      userInfo: { username: robot },
      ...more,
    });
    const { group, resource, namespace, name } = request.key;
    const subject = { type: 'object', group, resource, ...(namespace !== undefined && { namespace }), name } as const;
    expect(refused(knowing([finding({ subject })]), request)).toBeUndefined();
  });

  it('lets a loop through for good after the stated time', () => {
    const admission = knowing([finding()]);
    for (const at of [0, 300_000, 599_999]) {
      admission.heard(at);
      expect(refused(admission, flip(robot), 'on', at)).toBe(429);
    }
    admission.heard(600_000);
    expect(refused(admission, flip(robot), 'on', 600_000)).toBeUndefined();
    admission.heard(1_300_000);
    expect(refused(admission, flip(robot), 'on', 1_300_000)).toBeUndefined();
  });

  it('stops at once when an administrator says so', () => {
    const admission = knowing([finding()]);
    admission.allowThrottle(false);
    expect(refused(admission)).toBeUndefined();
    admission.allowThrottle(true);
    expect(refused(admission)).toBe(429);
  });
});
