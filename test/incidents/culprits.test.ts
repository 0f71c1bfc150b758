import { expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd } from '../etcd/harness/start-etcd.ts';
import { background } from './background.ts';
import { demoCulprits, demoMutations } from './demo-scenario.ts';
import { fieldFight, fieldFightCulprits } from './field-fight.ts';
import { measuredWindow } from './measured-window.ts';
import { merge } from './merge.ts';
import type { Mutation } from './mutation.ts';
import { isNamed, isAboutOneOf } from './named.ts';
import { restartStorm, restartStormCulprits } from './restart-storm.ts';
import { statusSelfTrigger, statusSelfTriggerCulprits } from './status-self-trigger.ts';
import { triage, type Report } from './triage.ts';
import { writeToEtcd } from './write-to-etcd.ts';

const from = Date.UTC(2026, 10, 5, 22, 30);
const window = (seed: number) => ({ from, until: from + 12 * 60_000, seed });
const patience = 120_000;

/** What triage says of the file of an etcd that took these writes and stopped. */
async function diagnose(
  mutations: Iterable<Mutation>,
  quotaBytes?: number,
): Promise<Report & { readonly refusal?: string }> {
  const etcd = await startEtcd(quotaBytes === undefined ? {} : { quotaBytes });
  try {
    const { refusal } = await writeToEtcd(mutations, etcd.client);
    await etcd.stop({ keepFiles: true });
    return { ...(await triage(etcd.dbFile)), ...(refusal === undefined ? {} : { refusal }) };
  } finally {
    await etcd.stop();
  }
}

const strangers = (report: Report, culprits: Parameters<typeof isAboutOneOf>[1]) =>
  report.findings
    .filter((finding) => !isAboutOneOf(finding, culprits))
    .map(({ pattern, subject }) => `${pattern} ${subject.name}`);

describeWith(['etcd'], 'triage of incidents that were planted', () => {
  it(
    'names the jobs, the policy engine and the vCluster of a full etcd, and nobody else',
    async () => {
      const report = await diagnose(demoMutations(from, 7), 48 * 2 ** 20);
      expect(report.refusal).toContain('database space exceeded');
      expect(demoCulprits.filter((culprit) => !isNamed(culprit, report.findings))).toEqual([]);
      expect(strangers(report, demoCulprits)).toEqual([]);
    },
    patience,
  );

  it(
    'names a restart storm, fights over a Deployment and an operator that wakes itself, and nobody else',
    async () => {
      const planted = [
        ...restartStormCulprits,
        ...fieldFightCulprits('image'),
        ...fieldFightCulprits('replicas'),
        ...statusSelfTriggerCulprits,
      ];
      const report = await diagnose(
        merge(
          background(window(1)),
          restartStorm(window(2)),
          fieldFight(window(3), { field: 'image' }),
          fieldFight(window(4), { field: 'replicas' }),
          statusSelfTrigger(window(5)),
        ),
      );
      expect(planted.filter((culprit) => !isNamed(culprit, report.findings))).toEqual([]);
      expect(strangers(report, planted)).toEqual([]);
    },
    patience,
  );

  it(
    'names Kyverno first in the window of etcd-io/etcd#14329, and shows it next to the leases',
    async () => {
      const { findings, resources } = await diagnose(measuredWindow({ from, seed: 14_329 }));
      expect(resources.slice(0, 2).map(({ prefix }) => prefix)).toEqual([
        '/registry/leases',
        '/registry/kyverno.io/admissionreports',
      ]);
      expect(findings[0]).toMatchObject({ pattern: 'kyverno-report-flood', subject: { group: 'kyverno.io' } });
    },
    patience,
  );

  it.each([11, 12])(
    'accuses nobody in a healthy cluster (seed %i)',
    async (seed) => {
      const { findings } = await diagnose(background(window(seed)));
      expect(findings.map(({ pattern, subject }) => `${pattern} ${subject.name}`)).toEqual([]);
    },
    patience,
  );
});
