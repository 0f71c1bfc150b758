import { lookup } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { batchPath, type Batch } from '../model/batch.ts';
import type { Json } from '../model/json.ts';
import { parseJson } from '../objects/json-text.ts';

export interface AnalyzerClientOptions {
  /** PEM of the authority behind https. */
  readonly ca?: string;
  /** The projected token: read anew for each batch, because the kubelet replaces it. */
  token(): Promise<string>;
  readonly timeoutMs: number;
}

/** Larger replies are cut off: thousands of findings fit. */
const replyLimit = 8 * 1024 * 1024;

/** Sends batches to analyzers over a connection each that stays open. */
export function createAnalyzerClient({ ca, token, timeoutMs }: AnalyzerClientOptions) {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true, ...(ca !== undefined && { ca }) });

  return {
    /** The reply's JSON. Rejects with one sentence. */
    async send(to: URL, address: string, batch: Batch): Promise<Json | undefined> {
      const body = JSON.stringify(batch);
      const { promise, resolve, reject } = Promise.withResolvers<Json | undefined>();
      const isSecure = to.protocol === 'https:';
      const options = {
        method: 'POST',
        path: batchPath,
        host: address,
        port: to.port || (isSecure ? 443 : 80),
        timeout: timeoutMs,
        headers: {
          host: to.host,
          authorization: `Bearer ${await token()}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      };
      const call = isSecure
        ? // The address is one of several behind a name, and the certificate is the name's.
          httpsRequest({ ...options, agent: secure, ...(isIP(to.hostname) === 0 && { servername: to.hostname }) })
        : httpRequest({ ...options, agent: plain });
      const deadline = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      call.on('close', () => clearTimeout(deadline));
      call.on('error', reject);
      call.on('response', (response) => {
        const pieces: Buffer[] = [];
        let length = 0;
        response.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length > replyLimit) call.destroy(new Error('the reply is too long'));
          else pieces.push(piece);
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) reject(new Error(`it answered ${response.statusCode}`));
          else resolve(parseJson(Buffer.concat(pieces).toString()));
        });
      });
      call.end(body);
      return promise;
    },

    close(): void {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Every address behind a URL's name: a headless Service names each analyzer. */
export async function addressesOf({ hostname }: URL): Promise<readonly string[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true });
  return [...new Set(found.map(({ address }) => address))].sort();
}
