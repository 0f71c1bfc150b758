import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import {
  autoPair,
  bundleOf,
  currentAuthorities,
  type Authorities,
  type AuthorityStore,
} from '../../../src/server/tls/auto-certificate.ts';
import { isSignedBy, issueAuthority, issueLeaf } from '../../../src/server/tls/issue.ts';
import { isDue, lifeOf } from '../../../src/server/tls/key-pair.ts';

const start = new Date('2030-01-01T00:00:00Z');
const after = (days: number): Date => new Date(start.getTime() + days * 86_400_000);

/** A Secret as an API server keeps it: written only over the version that was read. */
function secret(): AuthorityStore & { stored: Authorities | undefined } {
  let version = 0;
  return {
    stored: undefined,
    async read() {
      return this.stored && { authorities: this.stored, version: String(version) };
    },
    async write(authorities, over) {
      if (over !== (this.stored && String(version))) return false;
      version++;
      this.stored = authorities;
      return true;
    },
  };
}

describe('certificates of our own', () => {
  it('are good for a year, and a leaf for seven days, under the names it was made for', async () => {
    const authority = await issueAuthority('test', start);
    const leaf = await issueLeaf(authority, ['kubechurn-webhook.ops.svc', '10.0.0.7'], start);
    const { subjectAltName, ca } = new X509Certificate(leaf.certificate);
    expect(subjectAltName).toBe('DNS:kubechurn-webhook.ops.svc, IP Address:10.0.0.7');
    expect(ca).toBe(false);
    expect(new X509Certificate(authority.certificate).ca).toBe(true);
    expect(lifeOf(leaf).to).toEqual(after(7));
    expect(lifeOf(authority).to).toEqual(after(365));
    expect(isSignedBy(leaf, authority)).toBe(true);
    expect(isSignedBy(leaf, await issueAuthority('test', start))).toBe(false);
  });

  it('are due for replacement after two thirds of their life', async () => {
    const leaf = await issueLeaf(await issueAuthority('test', start), ['a'], start);
    expect([4.6, 4.7].map((days) => isDue(leaf, after(days)))).toEqual([false, true]);
  });
});

describe('automatic certificates', () => {
  it('are taken by OpenSSL too, which takes a leaf that is called like its authority for self-signed', async () => {
    const store = secret();
    const { pair } = await autoPair({ store, publish: async () => true, names: ['127.0.0.1'] }, undefined, new Date());
    const server = createServer({ cert: pair.certificate, key: pair.key }, (socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
    const { port } = server.address() as AddressInfo;
    const client = connect({ host: '127.0.0.1', port, ca: bundleOf(store.stored!), rejectUnauthorized: false });
    await once(client, 'secureConnect');
    expect({ authorized: client.authorized, why: client.authorizationError }).toEqual({ authorized: true, why: null });
    client.destroy();
    await once(server.close(), 'close');
  });

  it('share one authority between replicas that start at once', async () => {
    const store = secret();
    const [one, two] = await Promise.all([
      currentAuthorities(store, 'test', start),
      currentAuthorities(store, 'test', start),
    ]);
    expect(one.current.certificate).toBe(two.current.certificate);
  });

  it('renew the leaf alone, and have the new authority trusted before anything is signed with it', async () => {
    const store = secret();
    const published: string[] = [];
    const parts = {
      store,
      publish: async (bundle: string) => published.push(bundle) > 0 && published.at(-2) !== bundle,
      names: ['a'],
    };
    const first = await autoPair(parts, undefined, start);
    expect(await autoPair(parts, first, after(4))).toEqual(first);
    const second = await autoPair(parts, first, after(5));
    expect(second.pair).not.toEqual(first.pair);
    expect(new Set(published).size).toBe(1);

    const renewed = await autoPair(parts, second, after(242));
    // The API servers may not have noticed the new authority yet; they still trust the old one.
    const waiting = await autoPair(parts, renewed, after(244));
    expect(waiting.pair).toBe(renewed.pair);
    const third = await autoPair(parts, waiting, after(244.1));
    const { current, former } = store.stored!;
    expect(isSignedBy(third.pair, current)).toBe(true);
    expect(former).toHaveLength(1);
    expect(isSignedBy(renewed.pair, { certificate: former[0]! })).toBe(true);
    expect(published.at(-1)).toBe(bundleOf(store.stored!));
  });

  it('wait for the next look also where another replica had the new authority trusted', async () => {
    const store = secret();
    const parts = { store, publish: async () => false, names: ['a'] };
    const first = await autoPair(parts, undefined, start);
    store.stored = {
      current: await issueAuthority('test', after(1)),
      former: [store.stored!.current.certificate],
    };
    const waiting = await autoPair(parts, first, after(1));
    expect(waiting.pair).toBe(first.pair);
    expect(isSignedBy((await autoPair(parts, waiting, after(1))).pair, store.stored.current)).toBe(true);
  });

  it('sign anew at once where the authority is another, because somebody deleted the Secret', async () => {
    const store = secret();
    const parts = { store, publish: async () => true, names: ['a'] };
    const first = await autoPair(parts, undefined, start);
    store.stored = undefined;
    const second = await autoPair(parts, first, after(1));
    expect(isSignedBy(second.pair, (await currentAuthorities(store, 'test', after(1))).current)).toBe(true);
  });

  it('trust nothing of before once somebody emptied the Secret: a stolen authority is worth nothing from then on', async () => {
    const store = secret();
    const published: string[] = [];
    const parts = { store, publish: async (bundle: string) => published.push(bundle) > 0, names: ['a'] };
    const first = await autoPair(parts, undefined, start);
    const emptied: AuthorityStore = {
      read: async () => {
        const stored = await store.read();
        return stored && { ...stored, authorities: published.length < 2 ? undefined : stored.authorities };
      },
      write: async (authorities, over) => store.write(authorities, over),
    };
    const second = await autoPair({ ...parts, store: emptied }, first, after(1));
    const [before, now] = published;
    expect(now).toBe(store.stored?.current.certificate);
    expect(now).not.toBe(before);
    expect(isSignedBy(first.pair, { certificate: now ?? '' })).toBe(false);
    expect(isSignedBy(second.pair, { certificate: now ?? '' })).toBe(true);
  });

  it('forget an authority once it has expired', async () => {
    const store = secret();
    await currentAuthorities(store, 'test', start);
    await currentAuthorities(store, 'test', after(250));
    await currentAuthorities(store, 'test', after(500));
    expect(store.stored?.former.map((certificate) => lifeOf({ certificate }).to)).toEqual([after(615)]);
  });
});
