import { grown } from './column.ts';

type Narrow = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Numbers from 0 on in two or four bytes each; the few that do not fit lie in a map. Can be moved to another thread. */
export interface Packed {
  narrow: Narrow;
  readonly wide: Map<number, number>;
  /** Stands in `narrow` for a number that lies in `wide`; those below fit. */
  readonly limit: number;
}

export function packed(bytes: 2 | 4, length: number): Packed {
  const narrow = bytes === 2 ? new Uint16Array(length) : new Uint32Array(length);
  return { narrow, wide: new Map(), limit: 2 ** (bytes * 8) - 1 };
}

/** Its memory is that of the column it came from, which is gone. */
export function growPacked(column: Packed, length: number): void {
  column.narrow = grown(column.narrow, length);
}

export function copyPacked({ narrow, wide, limit }: Packed, length: number): Packed {
  return { narrow: narrow.slice(0, length), wide: new Map(wide), limit };
}

export function valueAt(column: Packed, i: number): number {
  const value = column.narrow[i]!;
  return value === column.limit ? column.wide.get(i)! : value;
}

/** Takes negative numbers as well, though each of them costs a place in the map. */
export function setValue(column: Packed, i: number, value: number): void {
  if (column.narrow[i] === column.limit) column.wide.delete(i);
  if (value >= 0 && value < column.limit) {
    column.narrow[i] = value;
    return;
  }
  column.narrow[i] = column.limit;
  column.wide.set(i, value);
}

export function addTo(column: Packed, i: number, more: number): void {
  const sum = column.narrow[i]! + more;
  if (sum < column.limit) column.narrow[i] = sum;
  else setValue(column, i, valueAt(column, i) + more);
}
