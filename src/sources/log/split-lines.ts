const newline = 0x0a;

/** Longer than any audit event (an object may have 3 MB, twice in a line): what goes on beyond is no log of lines. */
export const longestLine = 64 << 20;

export interface LineSink {
  /** A line, without its end, at bytes[start .. end]; valid during the call only. */
  line(bytes: Buffer, start: number, end: number): void;
  /** A line longer than `longestLine`, which was not kept. */
  tooLong(): void;
}

/** Cuts pieces into lines. Holds no more than one piece and one line. */
export function createLineSplitter(sink: LineSink) {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let skipping = false;

  const keep = (piece: Buffer): void => {
    if (skipping || piece.length === 0) return;
    kept.push(piece);
    keptBytes += piece.length;
    if (keptBytes <= longestLine) return;
    skipping = true;
    kept = [];
    keptBytes = 0;
  };
  const flush = (): void => {
    if (skipping) sink.tooLong();
    else if (keptBytes > 0) {
      const whole = kept.length === 1 ? kept[0]! : Buffer.concat(kept, keptBytes);
      sink.line(whole, 0, whole.length);
    }
    kept = [];
    keptBytes = 0;
    skipping = false;
  };

  return {
    add(piece: Buffer): void {
      let start = 0;
      for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, start)) {
        if (keptBytes > 0 || skipping) {
          keep(piece.subarray(start, end));
          flush();
        } else if (end > start) sink.line(piece, start, end);
        start = end + 1;
      }
      keep(piece.subarray(start));
    },
    /** The last line, where it has no end. Returns whether there was one. */
    end(): boolean {
      const open = keptBytes > 0 || skipping;
      flush();
      return open;
    },
  };
}
