type Column = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/**
 * The column with room for `length` rows; the old one is gone. Copied into fresh memory, which costs nothing until it is
 * written to, instead of moved: ArrayBuffer.transfer fills what is new with zeros and so takes all of it at once.
 */
export function grown<C extends Column>(column: C, length: number): C {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a typed array's constructor is of its own type
  const constructor = column.constructor as new (length: number) => C;
  const longer = new constructor(length);
  longer.set(column);
  // Freed now, not when the collector finds it.
  column.buffer.transfer(0);
  return longer;
}

/** How much longer what grows will get, as far as can be foreseen: 4 where a quarter is done. */
export type Outlook = () => number;

/**
 * The length to grow a column to for `needed` entries: what it will need in the end and a twentieth to spare, so that it
 * is copied a few times only. What stays empty costs no memory, and the outlook may err: so 16 times as long at most.
 */
export function roomFor(needed: number, outlook: Outlook): number {
  return Math.ceil(needed * Math.min(16, Math.max(1.05, outlook() * 1.05)));
}
