import type { Mutation } from './mutation.ts';

/** Streams, each in order of time, as one in order of time. A transaction stays together: at a tie the stream that was last read goes on. */
export function* merge(...streams: readonly Iterable<Mutation>[]): Generator<Mutation> {
  const heads = streams.flatMap((stream) => {
    const rest = stream[Symbol.iterator]();
    const first = rest.next();
    return first.done ? [] : [{ rest, mutation: first.value }];
  });
  try {
    let head = heads[0];
    while (head) {
      for (const other of heads) if (other.mutation.at < head.mutation.at) head = other;
      yield head.mutation;
      const next = head.rest.next();
      if (next.done) heads.splice(heads.indexOf(head), 1);
      else head.mutation = next.value;
      if (next.done) head = heads[0];
    }
  } finally {
    for (const { rest } of heads) rest.return?.();
  }
}
