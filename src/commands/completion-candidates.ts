import type { Command, Option } from 'commander';

export interface Candidate {
  readonly value: string;
  /** One line; '' for values, which say what they are themselves. */
  readonly doc: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Whether the name of a file may stand there as well. */
  readonly files: boolean;
}

/**
 * What may stand in place of the last of `words`, which are those behind the name of the program. Bash takes `=` for a word
 * of its own; other shells leave `--output=json` whole, and are given it whole.
 */
export function completionCandidates(program: Command, words: readonly string[]): Candidates {
  const parts = words.flatMap((word) => (/^--[^=]+=/.test(word) ? splitAt(word, word.indexOf('=')) : [word]));
  const whole = parts.length > words.length && words.at(-1)?.includes('=') ? (words.at(-1)?.split('=')[0] ?? '') : '';
  const spoken = parts.filter((part, i) => part !== '=' || i === parts.length - 1);
  const current = spoken.at(-1) === '=' ? '' : (spoken.at(-1) ?? '');
  const { command, awaiting } = read(program, spoken.slice(0, -1));
  const found = awaiting ? valuesOf(awaiting) : current.startsWith('-') ? optionsOf(command) : wordsOf(command);
  return {
    candidates: found.candidates
      .filter(({ value }) => value.startsWith(current))
      .map(({ value, doc }) => ({ value: whole === '' ? value : `${whole}=${value}`, doc })),
    files: found.files,
  };
}

/** Whose words come next, and of which option a value does. */
function read(program: Command, words: readonly string[]): { command: Command; awaiting?: Option } {
  let command = program;
  let awaiting: Option | undefined;
  for (const word of words) {
    if (awaiting) awaiting = undefined;
    else if (word.startsWith('-'))
      awaiting = command.options.find(({ short, long, required }) => required && (word === short || word === long));
    else command = command.commands.find((each) => each.name() === word) ?? command;
  }
  return awaiting ? { command, awaiting } : { command };
}

const valuesOf = ({ argChoices, flags }: Option): Candidates =>
  argChoices ? onlyWords(argChoices) : { candidates: [], files: /<(files?|directory)\b/.test(flags) };

function optionsOf(command: Command): Candidates {
  const candidates = command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', doc: firstLine(description) }));
  return { candidates, files: false };
}

function wordsOf(command: Command): Candidates {
  if (command.commands.length > 0) {
    const candidates = command.commands.map((each) => ({ value: each.name(), doc: firstLine(each.description()) }));
    return { candidates, files: false };
  }
  const [first] = command.registeredArguments;
  return first?.argChoices ? onlyWords(first.argChoices) : { candidates: [], files: first !== undefined };
}

function onlyWords(values: readonly string[]): Candidates {
  return { candidates: values.map((value) => ({ value, doc: '' })), files: false };
}

const splitAt = (word: string, at: number): string[] => [word.slice(0, at), '=', word.slice(at + 1)];

const firstLine = (text: string): string => text.replace(/\s+/g, ' ');
