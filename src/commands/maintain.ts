import { Command, Option } from 'commander';
import { addTargetOptions } from './target-options.ts';
import type { MaintainOptions } from './maintain-settings.ts';
import { port } from './numbers.ts';
import type { Program } from './triage.ts';

/** Exit codes: 0 done or nothing to do, 1 failed, 2 usage, 3 refused as unsafe, 4 partly done. */
export function maintainCommand(program: Program): Command {
  return addTargetOptions(new Command('maintain'))
    .description('get a full etcd back, safely: evidence, compact, defragment, disarm, proof')
    .option('--budget <share|bytes>', 'a larger file is maintained: a share of the quota, or bytes', '80%')
    .option('--max-fragmentation <share>', 'free pages in a file that are too many', '50%')
    .option('--keep <duration|revisions>', 'how much history stays (default: 5m, and less where etcd would stay full)')
    .option('--backup <place>', 'keep the snapshot in a directory or in s3://BUCKET/PREFIX, with its SHA-256')
    .option('--backup-count <n>', 'backups of this cluster that stay there; all unless told')
    .option('--backup-age <duration>', 'remove older ones, 720h; never the newest')
    .option('--backup-key <file>', 'encrypt it (AES-256-GCM) with the 32 bytes or 64 hexadecimal digits in this file')
    .option('--backup-endpoint <url>', "an S3 server other than Amazon's (env: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)")
    .addOption(
      new Option(
        '--backup-addressing <style>',
        'bucket in the path or in the host name (default: path where an endpoint is given)',
      ).choices(['path', 'virtual']),
    )
    .addOption(new Option('--evidence <on|off>', 'off: neither report nor backup').choices(['on', 'off']).default('on'))
    .option('--dry-run', 'print the plan and change nothing', false)
    .option('--watch', 'stay, look every so often, and act when the budget is crossed', false)
    .option('--every <duration>', 'with --watch: how often', '1m')
    .option('--metrics-port <port>', 'with --watch: serve /metrics there; 0 takes any (default: nowhere)', port)
    .option('--metrics-host <address>', 'where that listens (default: all addresses)')
    .option('--quota <bytes>', "etcd's quota, where it cannot be read")
    .option('--free-disk <bytes>', 'what the data directories have free, where an old etcd makes it matter')
    .option('--probe-budget <duration>', 'how long a member may be silent until its kubelet kills it (kubeadm 80s)')
    .option('--accept-outage', 'defragment the only voter, or one that cannot be relieved of its leadership', false)
    .option('--accept-version-risk', 'go on under etcd 3.5.0 to 3.5.2, whose members may differ after a crash', false)
    .option('--verify-hash', "compare the members' data at the end, which holds a read lock on each", false)
    .option(
      '--lock <file>',
      'keeps two runs apart (default: /run/kubechurn/maintain.lock of kubeadm, k3s and rke2, else one in the temporary directory, by cluster)',
    )
    .option(
      '--lease <namespace[/name]>',
      'a Lease in another cluster than the one maintained, which keeps runs on other hosts out; off for none (default: for a vCluster one beside it)',
    )
    .option('--settle <duration>', 'pause between two members', '1s')
    .option('--rearm-watch <duration>', 'how long the alarm is watched for once disarmed', '1m')
    .option('--patience <duration>', 'how long a member may be silent until the run gives up', '30m')
    .option('--defragment-timeout <duration>', 'how long one call may take; etcd goes on all the same')
    .addOption(new Option('-o, --output <format>', 'how to print the record').choices(['text', 'json']).default('text'))
    .action(async (options: MaintainOptions) => {
      const { runMaintain } = await import('./run-maintain.ts');
      process.exitCode = await runMaintain(options, program);
    });
}
