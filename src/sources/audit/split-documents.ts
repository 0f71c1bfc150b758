import { longestLine } from '../log/split-lines.ts';

const [quote, backslash, openObject, closeObject, openList, closeList] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Cuts JSON that was printed over many lines, or as one list, into the objects worth looking at: those of the list
 * (`[ {...}, ... ]`, or `{ "events": [ {...}, ... ] }` for the names given), else each object as a whole. Holds one of them.
 */
export function createDocumentSplitter(listNames: ReadonlySet<string>, onDocument: (text: string) => void) {
  let depth = 0;
  /** Depth within the list whose items are wanted; 0 outside of one. */
  let listDepth = 0;
  let inString = false;
  let escaped = false;
  let name: number[] = [];
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let capturing = false;

  const keep = (bytes: Buffer): void => {
    keptBytes += bytes.length;
    if (keptBytes > longestLine) drop();
    else if (capturing) kept.push(bytes);
  };
  const drop = (): void => {
    capturing = false;
    kept = [];
    keptBytes = 0;
  };

  return {
    add(piece: Buffer): void {
      let from = 0;
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at]!;
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === backslash) escaped = true;
          else if (byte === quote) inString = false;
          else if (depth === 1 && name.length < 32) name.push(byte);
          continue;
        }
        if (byte === quote) {
          inString = true;
          if (depth === 1) name = [];
        } else if (byte === openObject || byte === openList) {
          const isList = byte === openList;
          if (isList && listDepth === 0 && (depth === 0 || (depth === 1 && listNames.has(latin(name))))) {
            listDepth = depth + 1;
            drop();
          } else if (!isList && depth === listDepth) {
            capturing = true;
            from = at;
          }
          depth++;
        } else if (byte === closeObject || byte === closeList) {
          depth = Math.max(0, depth - 1);
          if (capturing && depth === listDepth && byte === closeObject) {
            keep(Buffer.from(piece.subarray(from, at + 1)));
            if (capturing) onDocument(Buffer.concat(kept).toString());
            drop();
          }
          if (depth < listDepth) listDepth = 0;
        }
      }
      if (capturing) keep(Buffer.from(piece.subarray(from)));
    },
    /** Returns whether an object was left open. */
    end(): boolean {
      return capturing;
    },
  };
}

function latin(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes);
}
