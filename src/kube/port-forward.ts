import { PortForward } from '@kubernetes/client-node';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { KubeConnection } from './connection.ts';

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** A port of a pod as one of this machine's loopback, as long as it is not closed. */
export interface Forwarded {
  readonly port: number;
  /** Why the last connection could not be made. */
  readonly failure: () => string | undefined;
  close(): void;
}

/** As `kubectl port-forward` does: whoever may not, may not. */
export async function forwardPort({ config }: KubeConnection, { namespace, pod, port }: PodPort): Promise<Forwarded> {
  const forward = new PortForward(config);
  const sockets = new Set<Socket>();
  let failure: string | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const connecting = forward.portForward(namespace, pod, [port], socket, null, socket);
    connecting.then(
      (web) => {
        const end = (): void => ('close' in web ? web.close() : web()?.close());
        socket.once('close', () => {
          sockets.delete(socket);
          end();
        });
        if (!('close' in web)) return;
        web.onclose = () => socket.destroy();
        web.onerror = (event: object) => (failure = messageIn(event));
      },
      (error: unknown) => {
        failure = error instanceof Error ? error.message : messageIn(error);
        socket.destroy();
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server that listens on a port
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    failure: () => failure,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** isomorphic-ws rejects with its error events. */
function messageIn(error: unknown): string {
  return error instanceof Object && 'message' in error ? String(error.message) : 'no reason given';
}
