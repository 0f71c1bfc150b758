/** Fitting text into columns. Widths are counted in code points. */

export function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}

export function padRight(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Cuts the middle out and keeps twice as much of the end, where keys differ: `/registry/repo…team-a/web-7f9c-x2x4`. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text; // never more code points than UTF-16 units
  const characters = [...text];
  if (characters.length <= width) return text;
  const head = Math.floor((width - 1) / 3);
  const tail = width - 1 - head;
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
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
  const characters = [...word];
  if (characters.length <= width) return [word];
  const cut: string[] = [];
  for (let at = 0; at < characters.length; at += width) cut.push(characters.slice(at, at + width).join(''));
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
