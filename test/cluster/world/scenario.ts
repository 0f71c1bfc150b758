import type { ChurnReport } from '../../../src/report/schema.ts';
import type { Stage } from './stage.ts';

export type Finding = ChurnReport['findings'][number];

/** What a loop must be found as. */
export type Expected = {
  readonly pattern: string;
  readonly subject: Partial<Finding['subject']> & { readonly name: string };
  /** Each side under any of the names it goes by: an account, or the field manager where none is known. */
  readonly writers: readonly (readonly string[])[];
  readonly fields: readonly string[];
  /** Words of the remedy. */
  readonly remedy: RegExp;
  /** False where the API does not show it by default. */
  readonly live: boolean;
};

/** A loop in a namespace of its own. */
export type Loop = {
  readonly name: string;
  readonly namespace?: string;
  /** Accounts that need a token. */
  readonly users: readonly string[];
  readonly expected: Expected;
  /** Makes what is there before; nothing of it goes on. */
  prepare?(stage: Stage): Promise<unknown>;
  /** Begins, and goes on until the stage ends. */
  start(stage: Stage): void;
};

/** Much ado that is as it should be. */
export type Calm = {
  readonly name: string;
  readonly namespace?: string;
  prepare?(stage: Stage): Promise<unknown>;
  start(stage: Stage): void;
  /** Whether it has happened: a silent case that did nothing proves nothing. */
  happened(stage: Stage): Promise<boolean>;
};
