import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Finding } from '../../../src/model/finding.ts';
import { assembleReport, type ReportParts } from '../../../src/report/assemble.ts';
import { widthOf } from '../../../src/report/text/cell-width.ts';
import { reportText } from '../../../src/report/text/report-text.ts';
import { incident } from './incident.ts';
import { anyName, emptyStore, named } from './names.ts';

const narrow = { wide: false, colour: false } as const;
const wide = { wide: true, colour: false } as const;

describe('the report as text', () => {
  it('leads with alarm, verdict and ranked causes, then says what they rest on, then lists', () => {
    expect(text(incident())).toBe(golden);
  });

  it('stays within 80 columns and escapes what a terminal would obey, whatever the names', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const shown = text(named(name));
        expect(shown.split('\n').filter((line) => widthOf(line) > 80)).toEqual([]);
        expect(shown.replaceAll('\n', '')).not.toMatch(/(?! )[\p{C}\p{Z}]/u);
      }),
      { seed: 14, numRuns: 100, examples: [['a'.repeat(5_000)], ['\n1. CRITICAL  forged'], ['']] },
    );
  });

  it('gives no name a line of its own', () => {
    expect(linesOf('a\nb\r\u2028c')).toBe(linesOf('a-b-c'));
  });

  it('colours without changing a word or a width', () => {
    const coloured = reportText(assembleReport(incident()), { wide: false, colour: true });
    expect(coloured).toContain('\u001b[1;31m1. CRITICAL  kyverno-report-flood\u001b[0m');
    expect(stripVTControlCharacters(coloured)).toBe(golden);
  });

  it('shows full keys, revisions, bytes and evidence when wide', () => {
    const shown = text(incident(), wide);
    for (const { key } of incident().counted.topKeys) expect(shown).toContain(key);
    expect(shown).toMatch(/^KEY .* FIRST-REVISION +LAST-REVISION +BYTES$/m);
    expect(shown).toContain('evidence live 91204, createsPerMinute 812.5');
    expect(shown).not.toContain('-o wide');
  });

  it('shows as many rows as it was asked for and what share the others hold', () => {
    const shown = reportText(assembleReport(incident()), { ...narrow, rows: 2 });
    expect(shown).toContain('10 more with 12.5 % of writes: -o wide');
  });

  it('gives five causes in full and a line to each of the others', () => {
    const [first] = incident().findings;
    const findings = Array.from({ length: 30 }, (_, i): Finding => ({ ...first!, pattern: `pattern-${i + 1}` }));
    const shown = text({ ...incident(), findings });
    expect(shown.match(/^   why /gm)).toHaveLength(5);
    expect(shown).toMatch(/^25\. CRITICAL  pattern-25: .* 55\.3 %$/m);
    expect(shown).toContain('5 more; all in full with -o wide');
  });

  it('says in one sentence that nothing was found, and what was not seen', () => {
    const shown = text({ ...incident(), findings: [] });
    expect(oneLine(shown)).toContain(
      'No known cause found among 1,156,984 writes; not seen: Rejected requests and who was authenticated: a snapshot holds neither; conflict-storm needs requests: pass --audit-log.',
    );
    expect(shown).not.toMatch(/^not seen/m);
  });

  it('says so when a store was never written to, and prints no empty table', () => {
    const shown = text(emptyStore());
    expect(shown).toMatch(/^No writes found/);
    expect(shown).not.toContain('WRITES');
  });

  it('says that rates are unknown where no time is', () => {
    const shown = text({ ...incident(), clock: undefined });
    expect(shown).toContain('time       unknown, as nothing stored states one, and so are rates');
    expect(shown).not.toContain('/min');
  });

  it('says how many writes compaction left of older times, and names causes among the others', () => {
    const { counted, ...parts } = incident();
    const remainder = { writes: 156_984, creates: 156_984, deletes: 0, bytes: 1 };
    const shown = oneLine(text({ ...parts, counted: { ...counted, totals: { ...counted.totals, remainder } } }));
    expect(shown).toContain('3 causes found among 1,000,000 writes');
    expect(shown).toMatch(/totals +1,156,984 writes \([\d,]+ deletions, 156,984 left by compaction\)/);
  });

  it('marks a count that may be off', () => {
    expect(text(incident())).toContain('600,000 ±1,204');
  });
});

function text(parts: ReportParts, options: { wide: boolean; colour: boolean } = narrow): string {
  return reportText(assembleReport(parts), options);
}

function linesOf(name: string): number {
  return text(named(name)).split('\n').length;
}

function oneLine(shown: string): string {
  return shown.replaceAll('\n', ' ');
}

const golden = `NOSPACE: etcd refuses every write until space is freed and the alarm disarmed.
3 causes found among 1,156,984 writes: 2 critical, 1 info; shares may overlap.

1. CRITICAL  kyverno-report-flood                                high confidence
   /registry/reports.kyverno.io/ephemeralreports
   █████████████░░░░░░░░░░░  52.3 % of writes, 55.3 % with what it caused
   why      Kyverno creates intermediate reports faster than its reports
            controller folds them into policy reports
   writers  system:serviceaccount:kyverno:kyverno-admission-controller: 605,000
            writes (user, high confidence)
   caused   35,000 writes of events
   fix      let the reports controller catch up, and cap what may queue
            1. raise the memory limit of kyverno-reports-controller: it is
               killed and starts over
            2. set --maxAdmissionReports=1000 on the admission controller
   read     https://kyverno.io/docs/installation/customization/

2. CRITICAL  vcluster-sync-loop                                  high confidence
   configmaps vcluster-prod/settings-x-team-a-x-prod
   ████████░░░░░░░░░░░░░░░░  34.5 % of writes
   why      syncer and host-operator set /data/mode back and forth
   fields   /data/mode
   writers  syncer: 199,519 writes (field manager, medium confidence)
            host-operator: 199,519 writes (field manager, medium confidence)
   fix      let one of them own the field
            1. stop syncing this ConfigMap in vcluster.yaml

3. INFO  annotation-heartbeat                                  medium confidence
   deployments.apps team-a/web
   █░░░░░░░░░░░░░░░░░░░░░░░  <0.1 % of writes
   why      an annotation is used as a heartbeat
   fields   /metadata/annotations/example.com~1beat
   fix      keep it in a Lease

source     snapshot /var/lib/etcd/member/snap/db, revisions 2 to 1156984,
           compacted at 1
database   2.0 GiB, 100.0 % of the quota of 2.0 GiB (etcd default); 1.9 GiB in
           use, a defragmentation now would free 2.7 %
totals     1,156,984 writes (100,870 deletions) of 264,000 keys, 1.8 GiB
coverage   1,156,084 of 1,156,094 revisions counted (>99.9 %)
time       2026-03-01 02:00Z to 2026-03-01 14:51Z, 12 h 51 min, give or take
           12 s
undecoded  40 keys encrypted at rest: counted, but not read
carved     12,034 writes found in pages compaction had freed, in no count,
           revisions 2 to 90000; most: /registry/events 12,000
not seen   Rejected requests and who was authenticated: a snapshot holds
           neither.
           conflict-storm needs requests: pass --audit-log.

RESOURCE                              WRITES   SHARE  DELETES  LIVE       SIZE
ephemeralreports.reports.kyverno.io  607,930  52.5 %   60,558   800  985.6 MiB
configmaps                           404,601  35.0 %        0   800  656.0 MiB
leases.coordination.k8s.io            90,238   7.8 %        0   800  146.3 MiB
events                                40,853   3.5 %   39,000   800   66.2 MiB
pods                                   9,844   0.9 %    1,200   800   16.0 MiB
deployments.apps                         936  <0.1 %        3   800    1.5 MiB
replicasets.apps                         841  <0.1 %        3   800    1.4 MiB
daemonsets.apps                          740  <0.1 %        3   800    1.2 MiB
statefulsets.apps                        632  <0.1 %        3   800    1.0 MiB
jobs.batch                               317  <0.1 %      100   800  526.3 KiB
2 more with <0.1 % of writes: -o wide

KEY                                            WRITES   SHARE  DELETES      RATE
/registry/conf…prod/settings-x-team-a-x-prod  399,038  34.5 %        0   666/min
/registry/leas…1.eu-central.example.internal    7,000   0.6 %        0  11.7/min
/registry/leas…8.eu-central.example.internal    6,999   0.6 %        0  11.7/min
/registry/leas…3.eu-central.example.internal    6,998   0.6 %        0  11.7/min
/registry/leas…2.eu-central.example.internal    6,997   0.6 %        0  11.7/min
/registry/leas…1.eu-central.example.internal    6,996   0.6 %        0  11.7/min
/registry/leas…6.eu-central.example.internal    6,995   0.6 %        0  11.7/min
/registry/leas…6.eu-central.example.internal    6,994   0.6 %        0  11.7/min
/registry/leas…3.eu-central.example.internal    6,993   0.6 %        0  11.7/min
/registry/leas…0.eu-central.example.internal    6,992   0.6 %        0  11.7/min
4 more with 1.8 % of writes: -o wide

OWNER                  WRITES   SHARE  KEYS     SIZE
Deployment team-a/web   4,100   0.4 %    12  6.6 MiB
Node worker-1             900  <0.1 %    12  1.5 MiB

WRITER                                 WRITES   SHARE  KNOWN-AS       CONFIDENCE
system:se…dmission-controller  600,000 ±1,204  51.9 %  user           high
syncer                                199,519  17.2 %  field manager  medium
`;
