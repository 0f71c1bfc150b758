import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { describeWith } from '../../etcd/harness/describe-with.ts';
import { programsFor } from '../harness/start-control-plane.ts';
import { calm } from './calm.ts';
import { accused, inShort, isMeant, isRaised, missingSides, pathOf } from './judge.ts';
import { loops } from './loops.ts';
import { options, record, type Recording } from './record.ts';

jest.setTimeout(400_000); // for machines that are busy

/** What the program promises on a quiet machine, and how many times that a busy one may take. */
const promised = 60_000;
const patience = 4;
/** Where an API server keeps what no API watch shows, and Secrets, which live nobody may look at. */
const invisible = /^\/registry\/(masterleases|peerserverleases|ranges|secrets)\/|^compact_rev_key$/;

const lived = loops.filter(({ expected }) => expected.live);
const programs = [...programsFor(options), 'helm', 'etcdctl'];

describeWith(programs, 'a world of loops and of what merely looks like them', () => {
  let world: Recording;

  beforeAll(async () => {
    world = await record((report, raised) =>
      lived.every(
        ({ expected }) =>
          raised.some((each) => isRaised(expected, each)) &&
          accused(report).some((finding) => isMeant(expected, finding)),
      ),
    );
    tell(world);
  });

  it('was played as written: next to nothing was refused, and all that is calm took place', () => {
    // A conflict now and then is part of life; a loop that never turned is none.
    expect(world.refusals.slice(20)).toEqual([]);
    expect([...world.happened].filter(([, happened]) => !happened)).toEqual([]);
    expect(world.happened.size).toBe(calm.length);
    // Two hundred nodes that renewed their leases again and again.
    expect(world.truth.byPrefix.get('/registry/leases')?.writes).toBeGreaterThan(600);
  });

  describe.each([
    ['live, by the analyzer and the webhook', 'live', lived],
    ['afterwards, from the snapshot and the audit log', 'offline', loops],
  ] as const)('%s', (_, which, planted) => {
    it.each(planted.map((loop) => [loop.name, loop] as const))('names %s', (_name, { expected }) => {
      const finding = world[which].findings.find((each) => isMeant(expected, each));
      expect(finding?.severity).toMatch(/warning|critical/);
      expect(missingSides(expected, finding!)).toEqual([]);
      expect(finding!.fields.slice(0, Math.max(1, expected.fields.length))).toEqual(expected.fields);
      expect(finding!.remedy.summary).toMatch(expected.remedy);
      expect(finding!.remedy.steps).not.toEqual([]);
    });

    it('accuses these and nobody else: recall and precision are 1', () => {
      expect(accused(world[which]).map(inShort).toSorted()).toEqual(
        planted.map(({ expected }) => inShort(expected)).toSorted(),
      );
    });
  });

  it('finds each of them live within the time it promises', () => {
    const late = lived.flatMap(({ expected }) => {
      const { time = Infinity } = world.raised.find((each) => isRaised(expected, each)) ?? {};
      const after = time - world.began;
      return after < promised * patience ? [] : [{ pattern: expected.pattern, after }];
    });
    expect(late).toEqual([]);
  });

  it('never had a word, above info, for what is calm', () => {
    // What a loop sets off may be named before the loop is certain.
    const planted = new Set(
      loops.flatMap(({ namespace = [], expected }) => [namespace, pathOf(expected.subject)].flat()),
    );
    const wrong = world.raised.filter(
      ({ severity, subject }) =>
        severity !== 'info' && !planted.has(subject) && !planted.has(subject.split('/').at(1) ?? ''),
    );
    expect(wrong).toEqual([]);
  });

  it('says live that it may not look at Secrets, so that Helm releases are none of its findings', () => {
    expect(world.live.coverage.notSeen.join('\n')).toMatch(/Secrets are not watched/);
    expect(world.live.resources.map(({ resource }) => resource)).not.toContain('secrets');
  });

  it('names authenticated users where the webhook or the audit log tells', () => {
    expect(world.live.requests).toMatchObject({ standing: 'joined', sources: [{ kind: 'admission' }] });
    expect(world.offline.requests?.standing).toBe('joined');
    const users = new Set(world.offline.writers.filter(({ kind }) => kind === 'user').map(({ name }) => name));
    expect(loops.flatMap((loop) => loop.users).filter((user) => !users.has(user))).toEqual([]);
  });

  it('counts exactly what etcd holds of the same time, resource by resource', () => {
    const counted = new Map(
      world.settled.resources.map(({ prefix, writes, deletes }) => [prefix, { writes, deletes }]),
    );
    const truth = new Map(
      [...world.truth.byPrefix].flatMap(([prefix, { writes, deletes }]) =>
        invisible.test(`${prefix}/`) ? [] : [[prefix, { writes, deletes }]],
      ),
    );
    expect(counted).toEqual(truth);
    expect(world.settled.totals.writes).toBeGreaterThan(5_000);
  });

  it('leaves no revision unexplained but those that no API watch shows', () => {
    const { coverage, source } = world.settled;
    const [{ fromRevision, toRevision } = { fromRevision: 0, toRevision: 0 }] = source;
    expect(fromRevision).toBe(world.fromRevision);
    expect(coverage.growth - coverage.counted).toBe(world.truth.invisible(invisible, toRevision));
    expect(coverage.growth).toBe(toRevision - fromRevision);
  });
});

/** What a person wants to know of a run, also of one that passed. */
function tell({ raised, began, live, offline, seconds }: Recording): void {
  const inSeconds = (time: number): string => `${((time - began) / 1000).toFixed(0)} s`;
  const [least] = [live, offline].flatMap(accused).sort((a, b) => a.shareWithConsequences - b.shareWithConsequences);
  console.info(
    [
      'found after',
      ...raised.map(({ time, severity, pattern, subject }) => `  ${inSeconds(time)} ${severity} ${pattern} ${subject}`),
      ...(least
        ? [`the least, ${inShort(least)}: ${(100 * least.shareWithConsequences).toFixed(1)} % of all writes`]
        : []),
      `the run: ${Object.entries(seconds)
        .map(([what, each]) => `${what} ${each} s`)
        .join(', ')}`,
    ].join('\n'),
  );
}
