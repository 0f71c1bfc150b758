type Column = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The column with room for `length` rows. Moves its memory instead of copying it, so the old array is gone. */
export function grown<C extends Column>(column: C, length: number): C {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a typed array's constructor is of its own type
  const constructor = column.constructor as new (buffer: ArrayBuffer) => C;
  return new constructor(column.buffer.transfer(length * column.BYTES_PER_ELEMENT));
}

/** How much longer what grows will get, as far as can be foreseen: 4 where a quarter is done. */
export type Outlook = () => number;

/**
 * The length to grow a column to for `needed` entries: what it will need in the end and a twentieth to spare, so that it
 * is moved a few times only and little of it stays empty; twice as long at most, since the outlook may err.
 */
export function roomFor(needed: number, outlook: Outlook): number {
  return Math.ceil(needed * Math.min(2, Math.max(1.05, outlook() * 1.05)));
}
