import { cellsOf, widthOf } from './cell-width.ts';

/** Fitting text into columns of a terminal. */

export function padRight(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Cuts the middle out and keeps twice as much of the end, where keys differ: `/registry/repo…team-a/web-7f9c-x2x4`. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const characters = [...text];
  const head = fitting(characters, Math.floor((width - 1) / 3));
  const tail = fitting(characters.toReversed(), width - 1 - widthOf(head.join('')));
  return `${head.join('')}…${tail.toReversed().join('')}`;
}

/** The first characters that fit. */
function fitting(characters: readonly string[], width: number): string[] {
  let taken = 0;
  const end = characters.findIndex((character) => (taken += cellsOf(character)) > width);
  return characters.slice(0, end === -1 ? undefined : end);
}

/** Not between a figure and its unit: `12 s`. */
const breakable = /(?<!\d) | (?!(?:%|s|min|h|d|B|[KMGTP]iB)(?![\p{L}\p{N}]))/u;

/** Breaks at spaces into lines of at most `width`; a longer word is broken where it must be. Always one line at least. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(breakable).flatMap((whole) => pieces(whole, width))) {
    if (line === '') line = word;
    else if (widthOf(line) + 1 + widthOf(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const cut: string[] = [];
  let characters = [...word];
  while (characters.length > 0) {
    const piece = fitting(characters, width);
    // a width of one column still takes a character of two
    cut.push(piece.length > 0 ? piece.join('') : (characters[0] ?? ''));
    characters = characters.slice(Math.max(1, piece.length));
  }
  return cut;
}

/** A label and its text beside it, later lines under the text: `why      the writers put …`. */
export function labelled(label: string, text: string, { indent, labelWidth, width }: LabelLayout): LabelledLine[] {
  const margin = ' '.repeat(indent);
  return wrap(text, width - indent - labelWidth).map((line, i) => ({
    label: margin + padRight(i === 0 ? label : '', labelWidth),
    text: line,
  }));
}

export interface LabelLayout {
  readonly indent: number;
  readonly labelWidth: number;
  readonly width: number;
}

/** In two parts, so that a colour can be put on one of them once the widths are settled. */
export interface LabelledLine {
  readonly label: string;
  readonly text: string;
}
