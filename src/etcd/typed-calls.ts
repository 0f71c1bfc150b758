import type { Channel } from '@grpc/grpc-js';
import type { Etcd3, IOptions } from 'etcd3';
import type { Endpoint } from './endpoint.ts';

/** etcd3's plain service clients over our own channel. Loaded when first needed: etcd3 takes a fifth of a second to start. */
export async function typedCalls({ url }: Endpoint, channel: Channel): Promise<Pick<Etcd3, 'auth'>> {
  const { Etcd3 } = await import('etcd3');
  return new Etcd3({
    hosts: url,
    faultHandling: { global: once(), host: once },
    grpcOptions: { channelOverride: channel },
  });
}

/** A policy that neither retries nor opens a circuit: by default etcd3 does both, and would defragment three times. */
function once(): NonNullable<NonNullable<IOptions['faultHandling']>['global']> {
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- exists for the compiler only
    _altReturn: undefined as never,
    onSuccess: neverFires,
    onFailure: neverFires,
    execute: async (call, signal = new AbortController().signal) => call({ signal }),
  };
}

function neverFires() {
  return { dispose: () => {} };
}
