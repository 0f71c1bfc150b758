import { startEtcd } from './harness/start-etcd.ts';
import { spawnSync } from 'node:child_process';
const version = (process.argv[2] ?? '3.6') as '3.6';
const members = Number(process.argv[3] ?? 1) as 1 | 3;
const etcd = await startEtcd({ version, members, quotaBytes: 24 * 2 ** 20, });
try {
  const value = Buffer.alloc(8192, 'x');
  let n = 0;
  try {
    await etcd.client.putAll((function* () { for (;;) yield [`/registry/configmaps/a/c${n++ % 200}`, value] as const; })(), { inFlight: 32 });
  } catch (e) { console.log(String(e)); }
  console.log(await etcd.client.alarms(), n);
  const run = (...args: string[]) => {
    const b = performance.now();
    const r = spawnSync(process.execPath, ['src/main.ts', 'maintain', '--etcd', etcd.endpoint, ...args], { stdio: 'inherit' });
    console.log('exit', r.status, ((performance.now() - b) / 1000).toFixed(2), 's');
  };

  run('--rearm-watch', '2s', ...process.argv.slice(4));
} finally { await etcd.stop(); }
