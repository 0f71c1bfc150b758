import { PortForward } from '@kubernetes/client-node';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Writable } from 'node:stream';
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
export async function forwardPort({ config }: KubeConnection, target: PodPort): Promise<Forwarded> {
  const forward = new PortForward(config);
  const sockets = new Set<Socket>();
  let failure: string | undefined;
  const pass = async (socket: Socket): Promise<void> => {
    const { namespace, pod, port } = target;
    const complaints = new Writable({
      write(chunk: Buffer, _, done) {
        // Every channel says its port first; what follows is the kubelet's complaint.
        const said = chunk.toString().trim();
        if (said !== '') failure = said;
        done();
      },
    });
    const web: unknown = await forward.portForward(namespace, pod, [port], socket, complaints, socket);
    if (!isWebSocket(web)) return;
    socket.once('close', () => web.close());
    web.addEventListener('close', () => socket.destroy());
    web.addEventListener('error', (event: object) => (failure = messageIn(event)));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    pass(socket).catch((error: unknown) => {
      failure = messageIn(error);
      socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server that listens on a port
  const { port } = server.address() as AddressInfo;
  return {
    port,
    failure: () => failure,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** As much as is needed of what client-node opens, whose types it does not bring. */
interface WebSocketLike {
  close(): void;
  addEventListener(type: 'close' | 'error', listener: (event: object) => void): void;
}

function isWebSocket(value: unknown): value is WebSocketLike {
  return typeof value === 'object' && value !== null && 'close' in value && 'addEventListener' in value;
}

/** isomorphic-ws rejects with its error events. */
function messageIn(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'no reason given';
}
