import { execFileSync, spawnSync } from 'node:child_process';

/** Where a pod runs: its address, and what a command line begins with to run there. */
export type Place = { readonly address: string; readonly within: readonly string[] };

/** Pods' addresses, as a network plugin makes them: a bridge of the machine, and for each pod a namespace behind it. */
export type PodNetwork = {
  /** Of the machine: where the API server listens. */
  readonly host: string;
  addPod(): Place;
  close(): void;
};

const ip = (...args: readonly string[]): string => execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Why there cannot be one here; undefined where there can. */
export function noPodNetwork(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make network namespaces';
  const name = `kc${process.pid}t`;
  const { status, error } = spawnSync('ip', ['link', 'add', name, 'type', 'bridge'], { stdio: 'ignore' });
  if (error) return 'this machine has no ip(8)';
  if (status !== 0) return 'this machine does not let us make a bridge';
  ip('link', 'del', name);
  return spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).error ? 'this machine has no setpriv' : undefined;
}

export function openPodNetwork(): PodNetwork {
  removeStale();
  const bridge = `kc${process.pid}`;
  // Of two runs at a time, which begin with different numbers, each has its own.
  const prefix = `10.77.${process.pid % 250}`;
  const host = `${prefix}.254`;
  ip('link', 'add', bridge, 'type', 'bridge');
  ip('addr', 'add', `${host}/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
  let pods = 0;
  return {
    host,
    addPod() {
      pods += 1;
      const name = `${bridge}p${pods}`;
      const address = `${prefix}.${pods}`;
      ip('netns', 'add', name);
      ip('link', 'add', `${bridge}v${pods}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('link', 'set', `${bridge}v${pods}`, 'master', bridge, 'up');
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      for (const device of ['eth0', 'lo']) ip('-n', name, 'link', 'set', device, 'up');
      return { address, within: ['ip', 'netns', 'exec', name] };
    },
    close: () => remove(bridge),
  };
}

/** What a run that was killed left behind. */
function removeStale(): void {
  const bridges = ip('-o', 'link', 'show', 'type', 'bridge').matchAll(/^\d+: (kc(\d+)): /gm);
  for (const [, bridge = '', pid = ''] of bridges) if (!isAlive(Number(pid))) remove(bridge);
}

function remove(bridge: string): void {
  const namespaces = ip('netns', 'list').matchAll(new RegExp(`^${bridge}p\\d+`, 'gm'));
  for (const [name] of namespaces) ip('netns', 'del', name);
  ip('link', 'del', bridge);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
