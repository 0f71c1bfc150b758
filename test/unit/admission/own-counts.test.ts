import { describe, expect, it } from '@jest/globals';
import { createAdmission, type AdmissionLimits } from '../../../src/admission/admission.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { asObject } from '../../../src/objects/json-text.ts';
import { review, update } from './review-of.ts';

const limits: AdmissionLimits = { throttle: { enabled: true, atMostMs: 600_000 }, warnServiceAccounts: false };
const flip = () => update({ mode: 'a' }, { mode: 'b' });

describe('a webhook that no analyzer talks to', () => {
  type Turn = ReturnType<typeof update>;
  const play = (turns: readonly Turn[], everyMs: number) => {
    const admission = createAdmission(limits);
    turns.forEach((turn, i) => admission.record(turn, { warnings: [] }, i * everyMs));
    return admission.decide(turns.at(-1)!, 'on', turns.length * everyMs);
  };
  const updateOf = (version: number, before: JsonObject, after: JsonObject, user = 'alice') =>
    update(before, after, user, { resourceVersion: String(version) });
  const fight = (turns: number) =>
    Array.from({ length: turns }, (_, i) =>
      updateOf(i + 1, { mode: i % 2 ? 'a' : 'b' }, { mode: i % 2 ? 'b' : 'a' }, i % 2 ? 'alice' : 'bob'),
    );

  it('sees two users take a field from each other', () => {
    expect(play(fight(12), 1_000).warnings).toEqual([
      expect.stringMatching(
        /^kubechurn: \/data\/mode of configmaps\/settings is rewritten 12\/min by .*field-fight\)$/,
      ),
    ]);
    expect(play(fight(12), 1_000).refusal?.code).toBe(429);
  });

  it('tells of a fight after two full flips, and refuses after four, as the analyzer would be sure of it', () => {
    const seen = [5, 6, 9, 10].map((turns) => {
      const { warnings, refusal } = play(fight(turns), 1_000);
      return [warnings.length, refusal?.code];
    });
    // Of the first two requests nobody has looked at what they change.
    expect(seen).toEqual([
      [0, undefined],
      [1, undefined],
      [1, undefined],
      [1, 429],
    ]);
  });

  it('sees one user set a field back and forth, which takes longer to tell, and refuses nothing for it', () => {
    const alone = (turns: number) =>
      Array.from({ length: turns }, (_, i) => updateOf(i + 1, { mode: String(i % 2) }, { mode: String((i + 1) % 2) }));
    expect(play(alone(7), 1_000).warnings).toEqual([]);
    for (const turns of [10, 40]) {
      const { warnings, refusal } = play(alone(turns), 1_000);
      expect({ warnings, refusal }).toEqual({ warnings: [expect.stringMatching(/by alice .*defaulting-loop\)$/)] });
    }
  });

  /** A field of an object goes back and forth, by those users in turn. */
  const flipping = (fieldOf: (value: number) => JsonObject, users: readonly string[], more: JsonObject = {}) =>
    Array.from({ length: 40 }, (_, i) => {
      const metadata = { name: 'settings', namespace: 'shop', uid: 'u-1', resourceVersion: String(i + 1) };
      return review({
        oldObject: { metadata, ...fieldOf(i % 2) },
        object: { metadata, ...fieldOf((i + 1) % 2) },
        userInfo: { username: users[i % users.length]! },
        ...more,
      });
    });
  const based = (turn: Turn, version: number): Turn => {
    const metadata = { ...asObject(turn.oldObject['metadata']), resourceVersion: String(version) };
    return { ...turn, oldObject: { ...turn.oldObject, metadata } };
  };
  const ready = (value: number): JsonObject => ({ status: { ready: value } });
  const annotated = (value: number): JsonObject => ({ metadata: { annotations: { value } } });
  const scaled = (value: number): JsonObject => ({ spec: { replicas: value } });

  it.each([
    ['a controller that reports pods becoming ready and unready', ready, { subResource: 'status' }],
    ['what a kind without that subresource reports', ready, {}],
    ['an autoscaler that goes 3-5-3 all the time', scaled, { subResource: 'scale' }],
    ['who scales by hand', scaled, {}],
    ['an annotation sent along with a status', annotated, { subResource: 'status' }],
  ] satisfies readonly (readonly [string, (value: number) => JsonObject, JsonObject])[])(
    'stays silent on %s',
    (_, fieldOf, more) => {
      expect(play(flipping(fieldOf, ['alice'], more), 10_000)).toEqual({ warnings: [] });
    },
  );

  it('sees two users fight over a status, and over a number of replicas', () => {
    const told = (...args: Parameters<typeof flipping>) => play(flipping(...args), 10_000).warnings;
    const fightOver = (path: string) => [expect.stringContaining(`kubechurn: ${path} of configmaps/settings`)];
    expect(told(ready, ['alice', 'bob'], { subResource: 'status' })).toEqual(fightOver('/status/ready'));
    expect(told(scaled, ['alice', 'bob'])).toEqual(fightOver('/spec/replicas'));
  });

  it('sees a fight over a field although what follows from it is reported in many others', () => {
    const conditions = (value: number): JsonObject => ({
      status: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`count${i}`, value])),
    });
    const reports = flipping(conditions, ['controller'], { subResource: 'status' });
    const fights = flipping(scaled, ['alice', 'bob']);
    const turns = fights.flatMap((turn, i) => [reports[i]!, turn]).map((turn, i) => based(turn, i + 1));
    expect(play(turns, 5_000).warnings).toEqual([expect.stringContaining('/spec/replicas')]);
  });

  it('takes nobody for a fighter who asks for what another takes away when it is done', () => {
    const operation = (value: number): JsonObject => (value === 0 ? {} : { operation: { sync: { revision: 'main' } } });
    const application = { resource: { group: 'argoproj.io', version: 'v1alpha1', resource: 'applications' } };
    expect(play(flipping(operation, ['alice', 'argocd'], application), 10_000)).toEqual({ warnings: [] });
  });

  it('names and refuses who takes the field, not who writes another one meanwhile or edits it once', () => {
    const turns = fight(20).flatMap((turn, i) => [
      based(update({ count: i }, { count: i + 1 }, 'dave'), 2 * i + 1),
      based(i === 19 ? { ...turn, user: 'carol' } : turn, 2 * i + 2),
    ]);
    const { warnings, refusal } = play(turns, 1_000);
    expect(warnings).toEqual([expect.stringMatching(/ by (alice and bob|bob and alice) \(/)]);
    expect(refusal).toBeUndefined();
    expect(play(turns.slice(0, -2), 1_000).refusal?.code).toBe(429);
  });

  it('takes nobody at his word about turns that another replica of the webhook answered', () => {
    const alices = fight(40).filter(({ user }) => user === 'alice');
    expect(play(alices, 1_000)).toEqual({ warnings: [] });
  });

  it.each([
    ['a counter', (i: number) => [{ n: i }, { n: i + 1 }]],
    ['the same again', () => [{ n: 1 }, { n: 1 }]],
    ['a moment', (i: number) => [{ lastSeenTime: at(i % 2) }, { lastSeenTime: at((i + 1) % 2) }]],
  ] satisfies readonly (readonly [string, (i: number) => JsonObject[]])[])('stays silent on %s', (_, turn) => {
    const turns = Array.from({ length: 40 }, (__, i) => {
      const [before = {}, after = {}] = turn(i);
      return updateOf(i + 1, before, after);
    });
    expect(play(turns, 1_000).warnings).toEqual([]);
  });

  it('counts a request once that is asked of again, because the version in the API server’s cache was old', () => {
    const once = Array.from({ length: 40 }, (_, i) => updateOf(i + 2, { n: i + 1 }, { n: i + 2 }));
    const stale = once.map((_, i) => updateOf(i + 1, { n: i }, { n: i + 2 }));
    const asked = once.flatMap((turn, i) => (i === 0 ? [turn] : [stale[i]!, turn]));
    expect(play(asked, 1_000).warnings).toEqual([]);
    const twice = fight(12).flatMap((turn) => [turn, turn]);
    expect(play(twice, 1_000).warnings).toEqual([expect.stringContaining(' 12/min ')]);
  });

  it('stays silent on an autoscaler that goes 3-5-3 a few times an hour, and on what was over ten minutes ago', () => {
    const scaling = Array.from({ length: 20 }, (_, i) => updateOf(i + 1, { n: i % 2 ? 3 : 5 }, { n: i % 2 ? 5 : 3 }));
    expect(play(scaling, 180_000).warnings).toEqual([]);
    const admission = createAdmission(limits);
    fight(12).forEach((turn, i) => admission.record(turn, { warnings: [] }, i));
    expect(admission.decide(flip(), 'on', 700_000).warnings).toEqual([]);
  });

  it('does not count what it refused, nor what was only tried', () => {
    const admission = createAdmission(limits);
    for (const turn of fight(20)) {
      admission.record(turn, { refusal: { code: 429, message: '' }, warnings: [] }, 1);
      expect(admission.record({ ...turn, dryRun: true }, { warnings: [] }, 1)).toBeUndefined();
    }
    expect(admission.decide(flip(), 'on', 2).warnings).toEqual([]);
  });

  it('goes by the analyzers’ findings as long as one answers', () => {
    const admission = createAdmission(limits);
    fight(12).forEach((turn, i) => admission.record(turn, { warnings: [] }, i));
    admission.learn([], 100);
    expect(admission.decide(flip(), 'on', 101).warnings).toEqual([]);
    expect(admission.decide(flip(), 'on', 60_200).warnings).toHaveLength(1);
  });
});

const at = (second: number): string => new Date(1_700_000_000_000 + second * 1_000).toISOString();
