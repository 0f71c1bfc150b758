import type { HotKey } from '../../model/hot-key.ts';
import { asList, asObject, asText } from '../../objects/json-text.ts';
import { apiPaths } from '../../server/paths.ts';
import { clusterErrors } from './errors.ts';
import type { Analyzer } from './reach-analyzer.ts';

/** What is written how often right now, most often first. Throws clusterErrors. */
export async function askHotKeys(analyzer: Analyzer): Promise<HotKey[]> {
  const { keys } = asObject(await analyzer.get(apiPaths.top));
  if (!Array.isArray(keys)) throw clusterErrors.notAnalyzer(analyzer.name);
  return asList(keys).flatMap((item) => {
    const { key, perMinute, findings, resource } = asObject(item);
    const name = asText(key);
    if (name === undefined || typeof perMinute !== 'number') return [];
    const { group, resource: plural, namespace, name: object } = asObject(resource);
    const [stated, place] = [asText(plural), asText(namespace)];
    return {
      key: name,
      perMinute,
      findings: asList(findings).flatMap((pattern) => asText(pattern) ?? []),
      resource:
        stated === undefined
          ? undefined
          : {
              group: asText(group) ?? '',
              resource: stated,
              ...(place !== undefined && { namespace: place }),
              name: asText(object) ?? '',
            },
    };
  });
}
