import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** Stands before an etcd and lets gRPC through, but no plain HTTP: its metrics cannot be read. Returns its URL. */
export async function grpcOnly(endpoint: string): Promise<{ readonly url: string; close(): void }> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer((client) => {
    client.on('error', () => {});
    client.once('data', (first: Buffer) => {
      if (!first.toString('latin1').startsWith('PRI * HTTP/2')) return client.destroy();
      const etcd = connect(Number(port), hostname);
      etcd.on('error', () => client.destroy());
      etcd.write(first);
      return client.pipe(etcd).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
