import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { describeWith } from '../../etcd/harness/describe-with.ts';
import { programsFor } from '../harness/start-control-plane.ts';
import { calm } from './calm.ts';
import { accused, inShort, isAbout, isMeant, missingSides } from './judge.ts';
import { loops } from './loops.ts';
import { options, record, type Recording } from './record.ts';
import type { Finding, Loop } from './scenario.ts';

jest.setTimeout(400_000); // for machines that are busy

/** What the program promises on a quiet machine, and how many times that a busy one may take. */
const promised = 60_000;
const patience = 4;
/** Where an API server keeps what no API watch shows, and Secrets, which live nobody may look at. */
const invisible = /^\/registry\/(masterleases|peerserverleases|ranges|secrets)\/|^compact_rev_key$/;

const lived = loops.filter(({ expected }) => expected.live);
const planted = (of: readonly Loop[]): readonly string[] =>
  of.map(({ expected }) => inShort({ pattern: expected.pattern, subject: subjectOf(expected.subject) })).toSorted();
const subjectOf = (subject: Loop['expected']['subject']): Finding['subject'] => ({ type: 'object', ...subject });

describeWith(
  [...programsFor(options), 'helm', 'etcdctl'],
  'a world of loops and of what merely looks like them',
  () => {
    let world: Recording;

    beforeAll(async () => {
      world = await record((report) =>
        lived.every(({ expected }) => accused(report).some((finding) => isMeant(expected, finding))),
      );
      const found = world.standing.map(
        ({ finding, since }) => `  ${((since - world.began) / 1000).toFixed(0)} s ${inShort(finding)}`,
      );
      const parts = Object.entries(world.seconds).map(([what, seconds]) => `${what} ${seconds} s`);
      console.info(`found after\n${found.join('\n')}\nthe run: ${parts.join(', ')}`);
    });

    it('was played as written: nothing was refused, and all that is calm took place', () => {
      expect(world.refusals.slice(0, 5)).toEqual([]);
      expect([...world.happened].filter(([, happened]) => !happened)).toEqual([]);
      expect(world.happened.size).toBe(calm.length);
    });

    describe.each([
      ['live, by the analyzer and the webhook', 'live', lived],
      ['afterwards, from the snapshot and the audit log', 'offline', loops],
    ] as const)('%s', (_, which, expectedOf) => {
      it.each(expectedOf.map((loop) => [loop.name, loop] as const))(
        '%s: who, which field, what to do',
        (name, { expected }) => {
          const finding = world[which].findings.find((each) => isMeant(expected, each));
          expect({ name, severity: finding?.severity }).toEqual({
            name,
            severity: expect.stringMatching(/warning|critical/),
          });
          expect(missingSides(expected, finding!)).toEqual([]);
          expect(finding!.fields.slice(0, Math.max(1, expected.fields.length))).toEqual(expected.fields);
          expect(finding!.remedy.summary).toMatch(expected.remedy);
          expect(finding!.remedy.steps).not.toEqual([]);
        },
      );

      it('accuses these and nobody else: recall and precision are 1', () => {
        expect(accused(world[which]).map(inShort).toSorted()).toEqual(planted(expectedOf));
      });
    });

    it('finds each of them live within the time it promises', () => {
      for (const { name, expected } of lived) {
        const standing = world.standing.find(({ finding }) => isMeant(expected, finding));
        expect({ name, isThere: standing !== undefined }).toEqual({ name, isThere: true });
        expect(standing!.since - world.began).toBeLessThan(promised * patience);
      }
    });

    it('never had a word, above info, for anything that was not planted', () => {
      const wrong = world.standing.filter(
        ({ finding }) =>
          finding.severity !== 'info' && !loops.some(({ expected }) => isAbout(expected, finding.subject)),
      );
      expect(wrong.map(({ finding }) => inShort(finding))).toEqual([]);
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
      const truth = [...world.truth.byPrefix].filter(([prefix]) => !invisible.test(`${prefix}/`));
      for (const [prefix, counts] of truth) expect({ prefix, ...counted.get(prefix) }).toEqual({ prefix, ...counts });
      expect(counted.size).toBe(truth.length);
      expect(world.settled.totals.writes).toBeGreaterThan(5_000);
    });

    it('leaves no revision unexplained but those that no API watch shows', () => {
      const { coverage, source } = world.settled;
      const [{ fromRevision, toRevision } = { fromRevision: 0, toRevision: 0 }] = source;
      expect(fromRevision).toBe(world.fromRevision);
      expect(coverage.growth - coverage.counted).toBe(world.truth.invisible(invisible, toRevision));
      expect(coverage.growth).toBe(toRevision - fromRevision);
    });
  },
);
