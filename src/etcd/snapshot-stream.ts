import type { CallListener, CallStream } from './call-stream.ts';
import { snapshotBlob } from './snapshot-message.ts';

export interface SnapshotSink {
  /**
   * Takes bytes that are valid during the call only. Returns a promise where the next piece should wait; the member holds
   * a transaction open until the last is taken.
   */
  write(piece: Uint8Array): Promise<void> | undefined;
}

/** A member that sends nothing for three of these, though it answers pings, hangs. */
const tick = 10_000;

/**
 * Hands the pieces on as they come. Resolves at the stream's end; rejects, the stream being over, where it or the sink
 * fails, and with the signal's reason as soon as that is aborted, also while the sink keeps it waiting.
 */
export async function streamSnapshot(
  open: (to: CallListener) => Promise<CallStream>,
  sink: SnapshotSink,
  signal?: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let quiet = 0;
  const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
  const stream = await open({
    onMessage(message) {
      quiet = 0;
      const full = sink.write(snapshotBlob(message));
      if (full === undefined) return;
      stream.pause();
      full.then(() => stream.resume(), fail);
    },
    onEnd: (error) => (error === undefined ? resolve() : failed(error)),
  });
  const fail = (error: unknown): void => {
    stream.cancel();
    failed(error);
  };
  const stall = setInterval(() => {
    if (!stream.isPaused() && ++quiet > 3) fail(new Error(`nothing came for ${(3 * tick) / 1000} s`));
  }, tick);
  const abort = (): void => fail(signal?.reason);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  return promise.finally(() => {
    clearInterval(stall);
    signal?.removeEventListener('abort', abort);
  });
}
