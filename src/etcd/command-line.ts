/**
 * The arguments that Go's expvar publishes of any etcd at /debug/vars on its client port; undefined where the page is
 * something else. What the environment (ETCD_*) or a configuration file sets is not among them.
 */
export function commandLineIn(page: string): readonly string[] | undefined {
  const stated = /^"cmdline": (\[.*\]),?$/m.exec(page)?.[1];
  if (stated === undefined) return undefined;
  try {
    const words: unknown = JSON.parse(stated);
    return Array.isArray(words) ? words.map(String) : undefined;
  } catch {
    return undefined;
  }
}
