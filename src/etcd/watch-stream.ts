import { Metadata, type CallOptions, type Client } from '@grpc/grpc-js';
import { watchRequest } from './requests.ts';

/** WatchResponses of all keys as they came. */
export interface WatchListener<Why> {
  onMessage(message: Uint8Array): void;
  /** Once, and not after `cancel`. */
  onEnd(why: Why): void;
}

export interface WatchStream {
  cancel(): void;
}

const path = '/etcdserverpb.Watch/Watch';

/** One watch of every key from a revision on, over a stream of its own; 0: from now on. Never resumes by itself. */
export function openWatch(
  client: Client,
  startRevision: number,
  callOptions: () => Promise<CallOptions>,
  { onMessage, onEnd }: WatchListener<unknown>,
): WatchStream {
  let over = false;
  let cancel = (): void => {};
  const end = (why: unknown): void => {
    if (over) return;
    over = true;
    onEnd(why);
  };
  const begin = async (): Promise<void> => {
    const options = await callOptions();
    if (over) return;
    const metadata = new Metadata();
    // A member cut off from its cluster would stay silent for ever; so it ends the watch instead.
    metadata.set('hasleader', 'true');
    const stream = client.makeBidiStreamRequest(path, raw, raw, metadata, options);
    cancel = () => stream.cancel();
    stream.on('data', (message: Buffer) => {
      if (!over) onMessage(message);
    });
    stream.on('error', end);
    stream.on('end', () => end(new Error('it ended')));
    stream.write(watchRequest(startRevision));
  };
  begin().catch(end);
  return {
    cancel() {
      over = true;
      cancel();
    },
  };
}

function raw(bytes: Buffer): Buffer {
  return bytes;
}
