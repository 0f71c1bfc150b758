import { setTimeout as pause } from 'node:timers/promises';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';

export type Written = {
  readonly writes: number;
  readonly perSecond: number;
  /** What was answered to those that did not go through. */
  readonly lost: readonly string[];
};

const lanes = 8;

/** Changes ConfigMaps of namespace default so many times a second, or as often as the machine can, until it is stopped. */
export async function startWrites(world: ControlPlane, perSecond: number): Promise<{ stop(): Promise<Written> }> {
  const path = '/api/v1/namespaces/default/configmaps';
  const names = Array.from({ length: lanes }, (_, i) => `written-${i}`);
  for (const name of names) await world.request('POST', path, { metadata: { name } });
  const ending = new AbortController();
  const lost: string[] = [];
  let writes = 0;
  const began = performance.now();
  const write = async (name: string, n: number): Promise<void> => {
    writes += 1;
    try {
      const { status, text } = await world.adminFetch(`${path}/${name}`, { method: 'PATCH', body: { data: { n: String(n) } } });
      if (status !== 200) lost.push(`${status} ${text}`);
    } catch (error) {
      lost.push(String(error));
    }
  };
  const writing = Promise.all(
    names.map(async (name) => {
      for (let n = 0; !ending.signal.aborted; n++) {
        const due = began + (n * lanes * 1000) / perSecond;
        if (due > performance.now()) await pause(due - performance.now());
        await write(name, n);
      }
    }),
  );
  return {
    async stop() {
      ending.abort();
      await writing;
      return { writes, perSecond: (writes * 1000) / (performance.now() - began), lost };
    },
  };
}
