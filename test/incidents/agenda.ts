import type { Millis } from '../../src/model/write.ts';

interface Entry {
  readonly at: Millis;
  /** Keeps entries of one moment in the order they were made. */
  readonly order: number;
  readonly run: () => void;
}

/** What is to happen, earliest first: a binary heap. */
export interface Agenda {
  add(at: Millis, run: () => void): void;
  take(): { at: Millis; run: () => void } | undefined;
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let made = 0;
  const before = (a: Entry | undefined, b: Entry | undefined) =>
    a !== undefined && (b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order));
  const swap = (i: number, j: number) => {
    const [a, b] = [heap[i], heap[j]];
    if (!a || !b) return;
    heap[i] = b;
    heap[j] = a;
  };
  return {
    add(at, run) {
      let child = heap.push({ at, order: made++, run }) - 1;
      while (child > 0) {
        const parent = (child - 1) >> 1;
        if (!before(heap[child], heap[parent])) return;
        swap(child, parent);
        child = parent;
      }
    },
    take() {
      swap(0, heap.length - 1);
      const first = heap.pop();
      for (let parent = 0; ;) {
        const left = 2 * parent + 1;
        const child = before(heap[left + 1], heap[left]) ? left + 1 : left;
        if (!before(heap[child], heap[parent])) return first;
        swap(child, parent);
        parent = child;
      }
    },
  };
}
