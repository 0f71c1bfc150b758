import type { CallListener, CallStream, StreamedCall } from './call-stream.ts';
import { watchRequest } from './requests.ts';

/** WatchResponses of all keys as they came. */
export interface WatchListener<Why> {
  /** Valid during the call only. */
  onMessage(message: Uint8Array): void;
  /** Once, and not after `cancel`. */
  onEnd(why: Why): void;
}

export interface WatchStream {
  cancel(): void;
}

/** One watch of every key from a revision on, over a stream of its own; 0: from now on. Never resumes by itself. */
export function openWatch(
  startRevision: number,
  open: (call: StreamedCall, to: CallListener) => Promise<CallStream>,
  { onMessage, onEnd }: WatchListener<unknown>,
): WatchStream {
  let over = false;
  let cancel = (): void => {};
  const end = (why: unknown = new Error('it ended')): void => {
    if (over) return;
    over = true;
    onEnd(why);
  };
  const begin = async (): Promise<void> => {
    const stream = await open(
      {
        path: '/etcdserverpb.Watch/Watch',
        request: watchRequest(startRevision),
        staysOpen: true,
        // A member cut off from its cluster would stay silent for ever; so it ends the watch instead.
        metadata: { hasleader: 'true' },
      },
      { onMessage, onEnd: end },
    );
    if (over) return stream.cancel();
    cancel = () => stream.cancel();
  };
  begin().catch(end);
  return {
    cancel() {
      over = true;
      cancel();
    },
  };
}
