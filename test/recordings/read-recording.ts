import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

interface CountsTruth {
  readonly name: string;
  /** Writes, deletions included. */
  readonly revisions: number;
  readonly creates: number;
  readonly deletes: number;
  /** Of values alone. */
  readonly value_bytes: number;
  readonly first_rev: number;
  readonly last_rev: number;
}

/** What TRUTH.json of a recording says; it was counted by another program, from the same file and the audit log. */
export interface RecordingTruth {
  readonly revision_entries: number;
  readonly tombstones: number;
  readonly distinct_keys: number;
  readonly distinct_main_revisions: number;
  readonly first_revision: number;
  readonly last_revision: number;
  readonly live_keys: number;
  readonly value_bytes_all_revisions: number;
  readonly db_size_bytes_file: number;
  readonly prefixes: readonly (CountsTruth & { readonly live_keys: number; readonly distinct_keys: number })[];
  readonly top_keys: readonly CountsTruth[];
  /** `reporter | reason | kind`. */
  readonly event_writes_by_reporter_reason_kind: Readonly<Record<string, number>>;
}

export interface Recording {
  /** The database file, unpacked for this reading. */
  readonly snapshot: string;
  readonly truth: RecordingTruth;
  remove(): void;
}

/** Unpacks a recording's database into a directory of its own. */
export function readRecording(name: string): Recording {
  const from = (file: string): URL => new URL(`${name}/${file}`, import.meta.url);
  const truth: RecordingTruth = JSON.parse(readFileSync(from('TRUTH.json'), 'utf8'));
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-recording-'));
  const snapshot = join(directory, 'snapshot.db');
  writeFileSync(snapshot, zstdDecompressSync(readFileSync(from('snapshot.db.zst'))));
  return { snapshot, truth, remove: () => rmSync(directory, { recursive: true }) };
}
