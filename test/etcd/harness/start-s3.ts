import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { openScene, type Scene } from './scene.ts';
import { requiredTool } from './tool.ts';
import { until } from './until.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  /** Where its bucket lies. */
  readonly directory: string;
  /** What its owner would set in the environment. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Keys of the bucket, in order. */
  keys(): string[];
  read(key: string): Buffer;
  /** Files of uploads that were neither completed nor given up. */
  unfinished(): string[];
  stop(): Promise<void>;
}

/** A real S3 server (versitygw) with one empty bucket, in a directory that goes with it. */
export async function startS3(): Promise<S3Server> {
  const attempts = 3; // another process may take our port before the server does
  for (let attempt = 1; ; attempt += 1) {
    const scene = openScene('s3');
    try {
      return await startIn(scene);
    } catch (error) {
      await scene.close();
      if (attempt === attempts || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function startIn(scene: Scene): Promise<S3Server> {
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const bucket = 'backups';
  const [root, sidecar] = [join(scene.directory, 'root'), join(scene.directory, 'sidecar')];
  mkdirSync(join(root, bucket), { recursive: true });
  mkdirSync(sidecar);
  const [access, secret] = ['test-access', 'test-secret'];
  // Extended attributes, its other place for what it knows of an object, are not to be had on every file system.
  const server = scene.start(requiredTool('versitygw'), [
    ...['--access', access, '--secret', secret, '--port', `127.0.0.1:${port}`, '--health', '/health', '--quiet'],
    ...['posix', '--sidecar', sidecar, root],
  ]);
  await until('the S3 server to be healthy', async () => {
    if (server.ended()) throw new Error(`versitygw ended: ${server.lastWords()}`);
    return fetch(`${endpoint}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  const files = (): string[] =>
    readdirSync(join(root, bucket), { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(root, bucket, name)).isFile())
      .toSorted();
  const isUnfinished = (name: string): boolean => name.startsWith('.sgwtmp/');
  return {
    endpoint,
    bucket,
    directory: join(root, bucket),
    credentials: {
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    keys: () => files().filter((name) => !isUnfinished(name)),
    read: (key) => readFileSync(join(root, bucket, key)),
    unfinished: () => files().filter(isUnfinished),
    stop: () => scene.close(),
  };
}

/**
 * Passes everything on to the S3 server but what `refuses` says, which is answered with 500: no real server fails on demand. Headers of answers that
 * `hides` names are left out, as by servers that keep no checksums.
 */
export async function s3Behind(
  endpoint: string,
  refuses: (request: IncomingMessage) => boolean | Promise<boolean>,
  hides = /^$/,
): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  const { port } = new URL(endpoint);
  const server = createServer((incoming: IncomingMessage, answer: ServerResponse) => {
    void pass(incoming, answer);
  });
  const pass = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    if (await refuses(incoming)) {
      incoming.resume().once('end', () => answer.writeHead(500).end());
      return;
    }
    const { method, url, headers } = incoming;
    // The host is signed.
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (found) => {
      const told = Object.entries(found.headers).filter(([name]) => !hides.test(name));
      answer.writeHead(found.statusCode ?? 502, Object.fromEntries(told));
      found.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    incoming.pipe(onward);
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server that listens on TCP
  const { port: own } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${own}`,
    stop: async () => {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}
