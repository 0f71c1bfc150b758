import type { ControlPlane } from './start-control-plane.ts';

export const configMaps = '/api/v1/namespaces/default/configmaps';

/** Makes the ConfigMaps settings-0, settings-1 ..., twenty at a time. */
export async function createSettings(world: Pick<ControlPlane, 'request'>, count: number): Promise<void> {
  for (let i = 0; i < count; i += 20)
    await Promise.all(
      Array.from({ length: 20 }, (_, j) =>
        world.request('POST', configMaps, { metadata: { name: `settings-${i + j}` } }),
      ),
    );
}
