import { X509Certificate } from 'node:crypto';

/** PEM: a certificate, with those between it and its authority after it, and its private key. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** When a certificate begins and ends to be valid. Throws where the text is no certificate. */
export function lifeOf({ certificate }: Pick<KeyPair, 'certificate'>): { readonly from: Date; readonly to: Date } {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  return { from: validFromDate, to: validToDate };
}

/** Two thirds of a life are over: time to replace it, with a third left for trying again. */
export function isDue({ certificate }: Pick<KeyPair, 'certificate'>, now: Date): boolean {
  const { from, to } = lifeOf({ certificate });
  return now.getTime() >= from.getTime() + ((to.getTime() - from.getTime()) * 2) / 3;
}
