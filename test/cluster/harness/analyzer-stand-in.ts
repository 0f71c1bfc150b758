import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { batchPath, type Batch, type BatchReply, type StandingFinding } from '../../../src/model/batch.ts';
import type { Request } from '../../../src/model/request.ts';

export type StandIn = {
  readonly url: string;
  /** All it was sent, oldest first. */
  readonly requests: readonly Request[];
  readonly batches: readonly Batch[];
  /** What it replies from now on. */
  tell(findings: readonly StandingFinding[]): void;
  /** Whether it answers 503. */
  refuse(refusing: boolean): void;
  refusals(): number;
  close(): Promise<void>;
};

/** In place of an analyzer: it notes what it is sent, and tells what a test wants it to tell. */
export async function startStandIn(token: string): Promise<StandIn> {
  const requests: Request[] = [];
  const batches: Batch[] = [];
  let refusing = false;
  let refused = 0;
  let reply: BatchReply = { version: '0', findings: [] };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.url !== batchPath || request.headers.authorization !== `Bearer ${token}`)
        return response.writeHead(401).end();
      if (refusing) {
        refused += 1;
        return response.writeHead(503).end();
      }
      const batch = JSON.parse(Buffer.concat(pieces).toString()) as Batch;
      batches.push(batch);
      requests.push(...batch.requests);
      response.end(JSON.stringify(batch.known === reply.version ? { ...reply, findings: undefined } : reply));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    batches,
    tell(findings) {
      reply = { version: String(Number(reply.version) + 1), findings };
    },
    refuse(now) {
      refusing = now;
    },
    refusals: () => refused,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
