type Column = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The column with room for `length` rows. Moves its memory instead of copying it, so the old array is gone. */
export function grown<C extends Column>(column: C, length: number): C {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a typed array's constructor is of its own type
  const constructor = column.constructor as new (buffer: ArrayBuffer) => C;
  return new constructor(column.buffer.transfer(length * column.BYTES_PER_ELEMENT));
}
