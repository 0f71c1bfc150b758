/** One bit per page. May lie in shared memory so that threads read the same map. */
export interface Bitmap {
  readonly words: Uint32Array;
}

export function createBitmap(bits: number): Bitmap {
  return { words: new Uint32Array(new SharedArrayBuffer(Math.ceil(bits / 32) * 4)) };
}

export function setBit({ words }: Bitmap, bit: number): void {
  words[bit >>> 5]! |= 1 << (bit & 31);
}

export function hasBit({ words }: Bitmap, bit: number): boolean {
  return (words[bit >>> 5]! & (1 << (bit & 31))) !== 0;
}
