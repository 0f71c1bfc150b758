import { ifThere, problemOf, type KubeApi } from '../../kube/api.ts';
import type { JsonObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../objects/json-text.ts';
import type { ClusterReader } from './cluster-reader.ts';

/** Asks an API server. Throws kubeErrors where it does not answer, or does not permit it. */
export function createApiReader(api: Pick<KubeApi, 'call' | 'server'>): ClusterReader {
  const read = (path: string, what: string): Promise<JsonObject | undefined> =>
    ifThere(api.call(path)).catch((error: unknown) => {
      throw problemOf(error, what, api.server);
    });
  return {
    async secret(namespace, name) {
      const secret = await read(
        `/api/v1/namespaces/${namespace}/secrets/${name}`,
        `reading Secret ${namespace}/${name}`,
      );
      if (!secret) return undefined;
      const data = Object.entries(asObject(secret['data']));
      return new Map(data.map(([key, text]) => [key, Buffer.from(asText(text) ?? '', 'base64')]));
    },
    async statefulSet(namespace, name) {
      const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`;
      const found = await read(path, `reading StatefulSet ${namespace}/${name}`);
      if (!found) return undefined;
      const { replicas, template } = asObject(found['spec']);
      const [container] = asList(asObject(asObject(template)['spec'])['containers']);
      const { command, args } = asObject(container);
      return {
        replicas: typeof replicas === 'number' ? replicas : 1,
        command: [...asList(command), ...asList(args)].map(String),
      };
    },
  };
}
