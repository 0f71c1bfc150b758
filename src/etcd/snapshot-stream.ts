import type { ClientReadableStream } from '@grpc/grpc-js';
import { snapshotBlob } from './snapshot-message.ts';

export interface SnapshotSink {
  /** Returns a promise where the next piece should wait; the member holds a transaction open until the last is taken. */
  write(piece: Uint8Array): Promise<void> | undefined;
}

/** A member that sends nothing for three of these, though it answers pings, hangs. */
const tick = 10_000;

/** Hands the pieces on as they come. Resolves at the stream's end; rejects, and cancels it, where it or the sink fails. */
export function streamSnapshot(stream: ClientReadableStream<Buffer>, sink: SnapshotSink): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let quiet = 0;
  const fail = (error: unknown): void => {
    reject(error instanceof Error ? error : new Error(String(error)));
    stream.cancel();
  };
  const stall = setInterval(() => {
    if (!stream.isPaused() && ++quiet > 3) fail(new Error(`nothing came for ${(3 * tick) / 1000} s`));
  }, tick);
  stream.on('data', (message: Buffer) => {
    quiet = 0;
    try {
      const full = sink.write(snapshotBlob(message));
      if (full === undefined) return;
      stream.pause();
      full.then(() => stream.resume(), fail);
    } catch (error) {
      fail(error);
    }
  });
  stream.on('error', fail);
  stream.on('end', resolve);
  return promise.finally(() => clearInterval(stall));
}
