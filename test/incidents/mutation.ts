import type { Millis } from '../../src/model/write.ts';
import type { Manager } from './managed-fields.ts';

/** One change to make in etcd. */
export interface Mutation {
  readonly at: Millis;
  readonly key: string;
  /** As stored. Absent: the key is deleted. */
  readonly value?: Uint8Array;
  /** Number of the lease the key is put under. On a deletion: the key goes because this lease is revoked. */
  readonly lease?: number;
  /** The field manager whose request it is, with the subresource it asked for. Absent where none asked: a lease ran out. */
  readonly by?: Pick<Manager, 'manager' | 'subresource'>;
  /** Neighbours with the same number are one transaction, so one revision. */
  readonly txn?: number;
}

/** What a good diagnosis must say of an incident. */
export interface Culprit {
  readonly pattern: string;
  readonly subject: {
    readonly group: string;
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  /** JSON pointers that must be among the finding's fields. */
  readonly fields: readonly string[];
  /** Field managers that must all be named. */
  readonly writers: readonly string[];
}

export interface Window {
  readonly from: Millis;
  readonly until: Millis;
  readonly seed: number;
}
