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
  /** Its `authorities` are undefined where there is a place for them but nothing in it. */
  read(): Promise<{ readonly authorities: Authorities | undefined; readonly version: string } | undefined>;
  /** @param over version that was read, undefined for none. False where another replica was first. */
  write(authorities: Authorities, over: string | undefined): Promise<boolean>;
}

/** Makes the API servers trust them: the webhook configuration's caBundle. PEM, one after another. True where it was another. */
export type PublishBundle = (bundle: string) => Promise<boolean>;

/** A replica that loses a race finds the winner's authority at its next try. */
const tries = 5;

/** The authority to sign with at `now`: the stored one, or a new one where there is none or two thirds of its life are over. */
export async function currentAuthorities(store: AuthorityStore, name: string, now: Date): Promise<Authorities> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.read();
    const last = stored?.authorities;
    if (last && !isDue(last.current, now)) return last;
    const former = last ? [last.current.certificate, ...last.former] : [];
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

export interface Served {
  readonly pair: KeyPair;
  /** The authority that stood when it was looked last; not always the one that signed the pair. */
  readonly authority: string;
}

/**
 * The certificate to serve with at `now`: `before` as long as it is good, else a new one. API servers take a moment to
 * notice a new authority, whichever replica published it: where its predecessor is still trusted, nothing is served under
 * the new one until the next look.
 */
export async function autoPair(
  parts: { readonly store: AuthorityStore; readonly publish: PublishBundle; readonly names: readonly string[] },
  before: Served | undefined,
  now: Date,
): Promise<Served> {
  const { current, former } = await currentAuthorities(parts.store, 'kubechurn webhook', now);
  const authority = current.certificate;
  const wasAnother = await parts.publish(bundleOf({ current, former }));
  if (before) {
    const { pair } = before;
    if (!isDue(pair, now) && isSignedBy(pair, current)) return { pair, authority };
    const isTrusted = former.some((certificate) => isSignedBy(pair, { certificate }));
    const isNew = wasAnother || before.authority !== authority;
    if (isNew && isTrusted && lifeOf(pair).to > now) return { pair, authority };
  }
  return { pair: await issueLeaf(current, parts.names, now), authority };
}
