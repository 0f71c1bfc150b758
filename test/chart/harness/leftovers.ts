import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';

/** Paths and names of all objects in the cluster that are called after us, but for Events, which end by themselves. */
export async function leftovers(world: ControlPlane): Promise<string[]> {
  const found: string[] = [];
  for (const path of await listable(world)) {
    if (path.endsWith('/events')) continue;
    const { items = [] } = await world.request('GET', path);
    for (const { metadata } of items) if (metadata.name.includes('kubechurn')) found.push(`${path} ${metadata.name}`);
  }
  return found;
}

async function listable(world: ControlPlane): Promise<string[]> {
  const { text } = await world.adminFetch('/apis');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an APIGroupList
  const { groups } = JSON.parse(text) as { groups: { preferredVersion: { groupVersion: string } }[] };
  const bases = ['/api/v1', ...groups.map(({ preferredVersion: { groupVersion } }) => `/apis/${groupVersion}`)];
  const lists = await Promise.all(
    bases.map(async (base) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an APIResourceList
      const list = JSON.parse((await world.adminFetch(base)).text) as { resources: { name: string; verbs: string[] }[] };
      return list.resources
        .filter(({ name, verbs }) => verbs.includes('list') && !name.includes('/') && name !== 'componentstatuses')
        .map(({ name }) => `${base}/${name}`);
    }),
  );
  return lists.flat();
}
