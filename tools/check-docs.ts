/** Writes docs/check.md from the catalogue of checks. With --check: fails when it is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { checks } from '../src/maintenance/checks/catalogue.ts';
import { clusterChecks } from '../src/maintenance/checks/cluster/catalogue.ts';
import { autoCompactionFlags, quotaFlags } from '../src/maintenance/targets/flags.ts';
import { k3s } from '../src/maintenance/targets/k3s.ts';
import { kubeadm } from '../src/maintenance/targets/kubeadm.ts';
import { rke2 } from '../src/maintenance/targets/rke2.ts';
import type { Target } from '../src/maintenance/targets/target.ts';
import { vclusterDeployed } from '../src/maintenance/targets/vcluster-deployed.ts';
import { vclusterEmbedded } from '../src/maintenance/targets/vcluster-embedded.ts';
import { vclusterOf } from '../src/maintenance/targets/vcluster.ts';

const file = fileURLToPath(new URL('../docs/check.md', import.meta.url));

const usage = `\`kubechurn check\` looks at an etcd, or at a cluster and what of kubechurn runs in it, and says what is wrong, with the
lines to set. It writes nothing, and works without a quorum as far as members answer.

\`\`\`
kubechurn check --etcd https://10.0.0.1:2379 --cacert ca.crt --cert client.crt --key client.key
kubechurn check --target kubeadm                   # on a control plane node
kubechurn check --target vcluster/team-a/shop -o json
kubechurn check                                    # the cluster that kubectl would ask
\`\`\`

Naming an etcd asks that etcd; naming a cluster (\`--kubeconfig\`, \`--context\`, \`--analyzer\`) asks that cluster; naming both
asks both. Naming neither asks the cluster that kubectl would. Of a cluster it reads, and creates one ConfigMap as a dry
run, annotated so that the webhook answers with a warning: nothing is stored.

| Result | Meaning |
| --- | --- |
| \`ok\` | as it should be |
| \`warning\` | it works, and may not for long |
| \`failed\` | it needs to be changed; the exit code is then 1 |
| \`skipped\` | nothing could be seen, and \`why\` says what was missing: unknown is not ok |

\`-o json\` prints a [CheckReport](check.schema.json); \`name\` and \`category\` are stable.`;

/** As much of a check as its page tells. */
interface Told {
  readonly category: string;
  readonly name: string;
  readonly looksAt: string;
  readonly needs: readonly string[];
  readonly warnsWhen?: string;
  readonly failsWhen?: string;
}

function section(category: string, those: readonly Told[]): string {
  return [`## ${category[0]?.toUpperCase()}${category.slice(1)}`, ...those.map(entry)].join('\n\n');
}

function entry({ name, looksAt, needs, warnsWhen, failsWhen }: Told): string {
  const lines = [
    `- looks at: ${looksAt}`,
    ...(warnsWhen === undefined ? [] : [`- warns when ${warnsWhen}`]),
    ...(failsWhen === undefined ? [] : [`- fails when ${failsWhen}`]),
    ...(needs.length === 0 ? [] : [`- is skipped without ${needs.join(', ')}`]),
  ];
  return [`### ${name}`, lines.join('\n')].join('\n\n');
}

function targetSection(target: Target): string {
  const { name, endpoints, certificates, renewal, restart } = target;
  const paths = certificates.map(({ cacert, cert, key }) => `\`${cacert}\`, \`${cert}\`, \`${key}\``);
  return [
    `### ${name}${target.kind.startsWith('vcluster-') ? `, ${target.kind.slice('vcluster-'.length)} etcd` : ''}`,
    `- endpoints: ${endpoints.map((url) => `\`${url}\``).join(', ')}`,
    `- certificates, the first that are there: ${paths.join('; or ')}`,
    `- a changed setting takes effect with: ${restart}`,
    `- certificates are renewed with: ${renewal}`,
    '',
    '```yaml',
    target
      .settings([...quotaFlags, ...autoCompactionFlags])
      .split('\n')
      .map((line) =>
        /:$|^\s|^- /.test(line) && !line.includes(', ') && !/^(in|from) /.test(line) ? line : `# ${line}`,
      )
      .join('\n'),
    '```',
  ].join('\n');
}

function sectionsOf(all: readonly Told[]): string[] {
  return [...Map.groupBy(all, ({ category }) => category)].map(([category, those]) => section(category, those));
}

const example = vclusterOf('team-a', 'shop');
const targets = [kubeadm, k3s, rke2, vclusterDeployed(example), vclusterEmbedded(example)];

const text = [
  '<!-- Written by tools/check-docs.ts from src/maintenance/checks and targets: change those. -->',
  '# kubechurn check',
  usage,
  ...sectionsOf(checks),
  ...sectionsOf(clusterChecks),
  '## Targets',
  'What `--target` fills in where no option says otherwise, and the lines that are printed for it.',
  ...targets.map(targetSection),
].join('\n\n');
const wanted = await format(text, { ...(await resolveConfig(file)), filepath: file, parser: 'markdown' });

if (!process.argv.includes('--check')) await writeFile(file, wanted);
else if ((await readFile(file, 'utf8').catch(() => '')) !== wanted) {
  console.error('docs/check.md is stale: run node tools/check-docs.ts');
  process.exitCode = 1;
}
