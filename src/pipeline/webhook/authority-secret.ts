import { ifThere, isApiFailure, type KubeApi } from '../../kube/api.ts';
import type { JsonObject } from '../../model/json.ts';
import { asObject, asText } from '../../objects/json-text.ts';
import type { Authorities, AuthorityStore } from '../../server/tls/auto-certificate.ts';

/** Entries of the Secret, named as cert-manager names them. `ca.crt` holds all certificates, the current first. */
const entries = { certificate: 'tls.crt', key: 'tls.key', bundle: 'ca.crt' } as const;

/** A Secret as the place for the authority. Its resourceVersion decides who was first. */
export function authoritySecret(api: KubeApi, namespace: string, name: string): AuthorityStore {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  /** Labels and annotations, which whoever made the Secret may look for: a PUT that leaves them out removes them. */
  let kept: JsonObject = {};
  return {
    async read() {
      const secret = await ifThere(api.call(`${path}/${name}`, { timeoutMs: 10_000 }));
      if (!secret) return undefined;
      kept = asObject(secret['metadata']);
      const version = asText(kept['resourceVersion']);
      const authorities = authoritiesIn(asObject(secret['data']));
      return version === undefined ? undefined : { version, authorities };
    },
    async write(authorities, over) {
      const body = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: over === undefined ? { name } : { ...kept, name, resourceVersion: over },
        type: 'Opaque',
        data: dataOf(authorities),
      };
      try {
        if (over === undefined) await api.call(path, { method: 'POST', body, timeoutMs: 10_000 });
        else await api.call(`${path}/${name}`, { method: 'PUT', body, timeoutMs: 10_000 });
        return true;
      } catch (error) {
        if (isApiFailure(error) && error.status === 409) return false;
        throw error;
      }
    },
  };
}

/** undefined where the Secret is there but holds none, as one that a chart left empty. */
function authoritiesIn(data: JsonObject): Authorities | undefined {
  const text = (entry: string): string => Buffer.from(asText(data[entry]) ?? '', 'base64').toString();
  const [certificate, key] = [text(entries.certificate), text(entries.key)];
  if (certificate === '' || key === '') return undefined;
  const all = text(entries.bundle).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
  return { current: { certificate, key }, former: all.filter((each) => each !== certificate) };
}

function dataOf({ current, former }: Authorities): JsonObject {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    [entries.certificate]: base64(current.certificate),
    [entries.key]: base64(current.key),
    [entries.bundle]: base64([current.certificate, ...former].join('')),
  };
}
