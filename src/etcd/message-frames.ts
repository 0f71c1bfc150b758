/** A flag and the length of what follows. */
const headSize = 5;

/**
 * Takes a stream cut anywhere and calls `onMessage` with each gRPC message in it. What it gets is valid during the call
 * only. Throws for what is no uncompressed message of `longest` bytes at most.
 */
export function createMessageReader(longest: number, onMessage: (message: Uint8Array) => void) {
  const head = new Uint8Array(headSize);
  let headFilled = 0;
  /** Reused: as long as the longest message that came in more than one piece. */
  let buffer = new Uint8Array(64 * 1024);
  let filled = 0;
  let wanted = 0;

  const begin = (): void => {
    wanted = ((head[1]! << 24) | (head[2]! << 16) | (head[3]! << 8) | head[4]!) >>> 0;
    if (head[0] !== 0 || wanted > longest) throw new Error('it sent what is no gRPC message');
    filled = 0;
    if (wanted > buffer.length) buffer = new Uint8Array(wanted);
  };

  return {
    read(piece: Uint8Array): void {
      for (let at = 0; at < piece.length;) {
        if (headFilled < headSize) {
          head[headFilled++] = piece[at++]!;
          if (headFilled < headSize) continue;
          begin();
        }
        const end = Math.min(piece.length, at + wanted - filled);
        const isWhole = end - at === wanted;
        if (!isWhole) buffer.set(piece.subarray(at, end), filled);
        filled += end - at;
        if (filled === wanted) {
          headFilled = 0;
          onMessage(isWhole ? piece.subarray(at, end) : buffer.subarray(0, wanted));
        }
        at = end;
      }
    },
  };
}
