import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { isLoopback, type Endpoint } from '../etcd/endpoint.ts';
import type { FreeDisk } from './cluster.ts';

export interface LocalVolume {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export function createLocalDisk(): FreeDisk {
  const volumeOf = createLocalVolumes();
  return (endpoint) => volumeOf(endpoint)?.freeBytes ?? null;
}

/**
 * Of an etcd on this very machine: whoever listens on its port has its database open, and /proc tells on which disk.
 * null for every other, and where its process belongs to somebody else.
 */
export function createLocalVolumes(): (endpoint: Endpoint) => LocalVolume | null {
  const known = new Map<number, string | null>();
  return (endpoint) => {
    if (!isLoopback(endpoint)) return null;
    const { port } = endpoint;
    const file = known.get(port) ?? orNull(() => databaseOf(port));
    known.set(port, file);
    return file === null ? null : volumeOfFile(file);
  };
}

function volumeOfFile(file: string): LocalVolume | null {
  return orNull(() => {
    const { bavail, blocks, bsize } = statfsSync(file);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  });
}

/** `/proc/4711/fd/9`, which leads to the file even from outside the process's own mounts. */
function databaseOf(port: number): string | null {
  const sockets = listenersOn(port);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const files = orNull(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
    const links = files.map(
      (name) => [`/proc/${pid}/fd/${name}`, orNull(() => readlinkSync(`/proc/${pid}/fd/${name}`)) ?? ''] as const,
    );
    if (!links.some(([, target]) => sockets.has(target))) continue;
    const database = links.find(([, target]) => target.endsWith('/member/snap/db'));
    if (database) return database[0];
  }
  return null;
}

/** `socket:[12345]` of each socket in state LISTEN (0A) on the port: proc(5), /proc/net/tcp. */
function listenersOn(port: number): ReadonlySet<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    (orNull(() => readFileSync(file, 'latin1')) ?? '').split('\n'),
  );
  return new Set(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[1]?.endsWith(suffix) && cells[3] === '0A')
      .map((cells) => `socket:[${cells[9]}]`),
  );
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
