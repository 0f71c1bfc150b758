import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ControlPlane } from './start-control-plane.ts';

/** Seconds that an API server gives clocks (go-jose jwt.DefaultLeeway). It also remembers whom it let in for 10 s. */
const leeway = 60;

/**
 * A service account's token as the API server itself signs them, but good for seconds: it issues none for less than ten
 * minutes (pkg/apis/authentication/validation).
 */
export function shortToken(
  { kubeconfig }: ControlPlane,
  account: { readonly namespace: string; readonly name: string; readonly uid: string },
  seconds: number,
): string {
  const { namespace, name, uid } = account;
  const issuer = 'https://kubernetes.default.svc';
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: issuer, aud: [issuer], sub: `system:serviceaccount:${namespace}:${name}` },
    ...{ iat: now - 120, nbf: now - 120, exp: now + seconds - leeway },
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}`;
  const key = createPrivateKey(readFileSync(join(dirname(kubeconfig), 'service-accounts.key')));
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
