import { isSignedBy, issueAuthority, issueLeaf } from './issue.ts';
import { isDue, lifeOf, type KeyPair } from './key-pair.ts';

/** The authority that all replicas sign with, and those before it, whose leaves may still be served. */
export interface Authorities {
  readonly current: KeyPair;
  /** Certificates alone, newest first. */
  readonly former: readonly string[];
}

/** Where the authority is kept: a Secret. Two replicas may start at once, so writing compares. */
export interface AuthorityStore {
  read(): Promise<{ readonly authorities: Authorities; readonly version: string } | undefined>;
  /** @param over version that was read, undefined for none. False where another replica was first. */
  write(authorities: Authorities, over: string | undefined): Promise<boolean>;
}

/** Makes the API servers trust them: the webhook configuration's caBundle. PEM, one after another. */
export type PublishBundle = (bundle: string) => Promise<void>;

/** A replica that loses a race finds the winner's authority at its next try. */
const tries = 5;

/** The authority to sign with at `now`: the stored one, or a new one where there is none or two thirds of its life are over. */
export async function currentAuthorities(store: AuthorityStore, name: string, now: Date): Promise<Authorities> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.read();
    if (stored && !isDue(stored.authorities.current, now)) return stored.authorities;
    const former = stored ? [stored.authorities.current.certificate, ...stored.authorities.former] : [];
    const authorities: Authorities = {
      current: await issueAuthority(name, now),
      former: former.filter((certificate) => lifeOf({ certificate }).to > now),
    };
    if (await store.write(authorities, stored?.version)) return authorities;
    if (attempt === tries) throw new Error(`another replica replaced the certificate authority ${tries} times`);
  }
}

/** The current one first. */
export function bundleOf({ current, former }: Authorities): string {
  return [current.certificate, ...former].join('');
}

/**
 * The certificate to serve with at `now`: `served` as long as it is good, else a new one, for which the API servers were
 * first told to trust its authority.
 */
export async function autoPair(
  parts: { readonly store: AuthorityStore; readonly publish: PublishBundle; readonly names: readonly string[] },
  served: KeyPair | undefined,
  now: Date,
): Promise<KeyPair> {
  const authorities = await currentAuthorities(parts.store, 'kubechurn webhook', now);
  await parts.publish(bundleOf(authorities));
  if (served && !isDue(served, now) && isSignedBy(served, authorities.current)) return served;
  return issueLeaf(authorities.current, parts.names, now);
}
