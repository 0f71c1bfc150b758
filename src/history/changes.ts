import type { DecodedObject, Digest } from '../model/object.ts';
import type { Millis } from '../model/write.ts';
import type { Writer } from '../model/writer.ts';

/** A writer and how many of the changes at hand it made. */
export interface WriterShare {
  readonly writer: Writer;
  readonly writes: number;
}

/** A field took a value: kept as a digest, so no content stays behind. */
export interface Touch {
  readonly value: Digest;
  /** False where the field was removed, or stored as absent because it is zero. */
  readonly present: boolean;
  readonly writer: Writer | undefined;
  readonly at: Millis | undefined;
}

/** What one field did over the revisions read. */
export interface PathHistory {
  /** JSON pointer, list items by key. */
  readonly path: string;
  readonly changes: number;
  /** Changes to a value among the last 8 that was not the latest: A-B-A is one, A-B-A-B two. */
  readonly returns: number;
  /** Returns made by another writer than the change they undid. */
  readonly alternations: number;
  /** Entry k - 1: the shortest time, in ms, in which k alternations happened (k up to 8); empty without times. */
  readonly fastestAlternations: readonly number[];
  /** From the first return to the last, in ms; 0 without times. */
  readonly returningFor: number;
  /** Most writes first. */
  readonly writers: readonly WriterShare[];
  /** Where all were made under one account by several field managers: its name; the writers are those managers. */
  readonly account?: string;
  /** Changes whose writer left no trace. */
  readonly unnamed: number;
  /** Of these, plain removals: the one thing managedFields never shows. */
  readonly unnamedRemovals: number;
  /** A number that only rose or only fell. */
  readonly counter: boolean;
  /** Its values are moments. */
  readonly timestamp: boolean;
  /** Only the order of a list changed, each time. */
  readonly reordered: boolean;
  /** The last 8, oldest first. */
  readonly recent: readonly Touch[];
}

/** What happened to the ownership of fields where nothing else changed. */
export interface OwnershipHistory {
  /** Pairs of equal content in which managedFields moved, times aside. */
  readonly moves: number;
  /** Of these, how many went back to an ownership among the last 8. */
  readonly returns: number;
  /** Who took fields, most often first. */
  readonly writers: readonly WriterShare[];
  /** The fields that changed hands, most often first. */
  readonly paths: readonly string[];
}

/** What happened to one key, revision by revision: fields by uid, churn by name. */
export interface Changes {
  /** Revisions with a decoded value. */
  readonly revisions: number;
  readonly deletes: number;
  /** Distinct uids. */
  readonly incarnations: number;
  /** When each of them was first seen, rising, where known. */
  readonly births: readonly Millis[];
  /** Who made them, and who deleted them where a request tells. */
  readonly makers: readonly WriterShare[];
  readonly removers: readonly WriterShare[];
  /** Distinct objects it was a vCluster's copy of (annotation vcluster.loft.sh/object-uid). */
  readonly originals: number;
  /** Pairs of successive revisions of one incarnation that were compared. */
  readonly count: number;
  /** Places where revisions were not read: nothing is concluded across them. */
  readonly gaps: number;
  /** Pairs equal in every field. */
  readonly noChange: number;
  readonly ownership: OwnershipHistory;
  /** Pairs in which nothing but moments moved. */
  readonly timestampOnly: number;
  /** timestampOnly / count; 0 where nothing was compared. */
  readonly timestampOnlyShare: number;
  /** The fields that moved in those, most often first. */
  readonly timestampPaths: readonly string[];
  readonly timestampWriters: readonly WriterShare[];
  /** Pairs in which nothing but annotations moved. */
  readonly annotationOnly: number;
  /** Pairs whose content, moments aside, was among the last 8. */
  readonly repeats: number;
  readonly generationDelta: number;
  /** By how much containers' restart counts climbed. */
  readonly restarts: number;
  /** Most changes first; at most `pathsKept`, the rest counted in `pathsDropped`. */
  readonly paths: readonly PathHistory[];
  readonly pathsDropped: number;
  /** Of the changes that moved content, most writes first. */
  readonly writers: readonly WriterShare[];
  /** Field managers with a plain update of the object itself in any revision: who could have removed a field unseen. */
  readonly managers: readonly Writer[];
  /** When each revision read was written, rising; empty where unknown. */
  readonly times: readonly Millis[];
  /** The newest value read. */
  readonly last: DecodedObject | undefined;
}
