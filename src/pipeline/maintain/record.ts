import type { MaintenanceRun } from '../../maintenance/run.ts';
import { apiVersion } from '../../report/api-version.ts';
import type { MaintenanceRecord } from '../../report/maintenance/schema.ts';
import type { KeptEvidence } from './evidence.ts';

/** What a run came to and what it kept -> the record that is printed. */
export function recordOf(run: MaintenanceRun, evidence: KeptEvidence, version: string): MaintenanceRecord {
  const { outcome, why, budgetBytes, members, steps, warnings, remaining, verification } = run;
  const { snapshot } = evidence;
  return {
    apiVersion,
    kind: 'MaintenanceRecord',
    generatedBy: { name: 'kubechurn', version },
    outcome,
    why,
    budget: budgetBytes,
    members,
    steps,
    warnings,
    remaining,
    evidence: { ...evidence, ...(snapshot !== undefined && { restore: restoreLines(snapshot) }) },
    verification,
  };
}

/** For every member in turn: the same file makes a new cluster of them all. */
function restoreLines(file: string): string[] {
  const isRemote = file.startsWith('s3://');
  const here = isRemote ? file.slice(file.lastIndexOf('/') + 1) : file;
  const isEncrypted = here.endsWith('.enc');
  const plain = isEncrypted ? here.replace(/\.enc$/, '') : here;
  return [
    ...(isRemote ? [`aws s3 cp ${file} ${here} (with --endpoint-url where it is not Amazon's)`] : []),
    ...(isEncrypted ? [`kubechurn decrypt-backup ${here} --backup-key KEY_FILE --to ${plain}`] : []),
    'stop every API server and every etcd, move each data directory away; then, on each member:',
    `etcdutl snapshot restore ${plain} --data-dir DATA_DIR --name NAME --initial-cluster NAME=PEER_URL,... --initial-advertise-peer-urls PEER_URL --bump-revision 1000000000 --mark-compacted`,
  ];
}
