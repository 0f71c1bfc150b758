import { writeFlags } from '../../../src/model/write.ts';
import { planScan } from '../../../src/sources/snapshot/plan.ts';
import { scanPieces, type ScanOutcome } from '../../../src/sources/snapshot/scan.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import { opened } from './opened.ts';

/** The live changes of a file's bytes in the order of the file, in plain words. */
export function openedRows(bytes: Uint8Array) {
  const snapshot = opened(bytes);
  const { plan } = planScan(snapshot, false);
  const outcome: ScanOutcome = { livePages: 0, damagedPages: 0, damagedElements: 0 };
  const rows: { revision: number; sub: number; flags: string[]; value: string }[] = [];
  for (const { live } of scanPieces(snapshot.source, plan, createKeyTable(1), createKeyTable(1), outcome)) {
    const { buffer, start, size } = live.values;
    for (let row = 0; row < live.rows; row++) {
      const value = buffer.subarray(start[row], start[row]! + size[row]!);
      rows.push({
        revision: live.revision[row]!,
        sub: live.sub[row]!,
        flags: Object.entries(writeFlags).flatMap(([name, bit]) => ((live.flags[row]! & bit) === 0 ? [] : [name])),
        value: new TextDecoder().decode(value),
      });
    }
  }
  return { rows, damaged: outcome.damagedPages + outcome.damagedElements };
}
