/** 2: the user must give something else (a flag, a file). 1: what was asked for could not be done. */
export type ProblemExitCode = 1 | 2;

/** A failure we expect: `message` is one sentence that says what to do, printed without a stack trace. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** Stable and documented: `SNAPSHOT_NOT_BBOLT`. */
  readonly code: string;
  readonly exitCode: ProblemExitCode;

  constructor(code: string, sentence: string, exitCode: ProblemExitCode) {
    super(sentence);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Makes one kind of Problem from the particulars its sentence names. */
export interface ProblemKind<Particulars extends readonly unknown[] = readonly never[]> {
  (...particulars: Particulars): Problem;
  readonly code: string;
  readonly exitCode: ProblemExitCode;
}

/** The problems one part of the program can meet, by a short name: `snapshotErrors.notBbolt(file)`. */
export type ErrorCatalogue = Readonly<Record<string, ProblemKind>>;

/** Declares an entry of an ErrorCatalogue. Throws at import when the code is not in capitals: codes are searched for. */
export function problem<Particulars extends readonly unknown[]>(
  code: string,
  sentence: (...particulars: Particulars) => string,
  exitCode: ProblemExitCode = 1,
): ProblemKind<Particulars> {
  if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code)) throw new TypeError(`${code} is not a problem code`);
  const make = (...particulars: Particulars): Problem => new Problem(code, sentence(...particulars), exitCode);
  return Object.assign(make, { code, exitCode });
}

/** By name, not instanceof: a Problem may come from another realm or thread. */
export function isProblem(thrown: unknown): thrown is Problem {
  return (
    thrown instanceof Object &&
    'name' in thrown &&
    thrown.name === 'Problem' &&
    'code' in thrown &&
    'exitCode' in thrown
  );
}
