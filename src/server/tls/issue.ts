// The library finds its parts through the metadata that this adds to Reflect; it must come first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { KeyPair } from './key-pair.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;
const lives = { authority: 365 * day, leaf: 7 * day } as const;
/** Clocks of nodes differ; a certificate of the future is refused. */
const skew = 300_000;

/** An authority of our own, good for a year. */
export async function issueAuthority(name: string, now: Date): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [name] }],
      ...lifetime(now, lives.authority),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    crypto,
  );
  return { certificate: pem(certificate), key: await pemOfKey(keys.privateKey) };
}

/** A server's certificate for these names, good for seven days. */
export async function issueLeaf(authority: KeyPair, names: readonly string[], now: Date): Promise<KeyPair> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey('pkcs8', der(authority.key), algorithm, false, ['sign']);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      // Clients go by the alternative names; those may be longer than a common name can be.
      // Another name than the authority's: OpenSSL takes a leaf that is called as its issuer for self-signed.
      subject: [{ CN: ['kubechurn webhook server'] }],
      issuer: issuer.subject,
      ...lifetime(now, lives.leaf),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value): x509.JsonGeneralName => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ],
    },
    crypto,
  );
  return { certificate: pem(certificate), key: await pemOfKey(keys.privateKey) };
}

/** Whether the authority signed it. */
export function isSignedBy(leaf: KeyPair, authority: Pick<KeyPair, 'certificate'>): boolean {
  return new X509Certificate(leaf.certificate).verify(new X509Certificate(authority.certificate).publicKey);
}

async function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function lifetime(now: Date, life: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(now.getTime() - skew), notAfter: new Date(now.getTime() + life) };
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function pemOfKey(key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

function der(key: string): ArrayBuffer {
  return x509.PemConverter.decodeFirst(key);
}
