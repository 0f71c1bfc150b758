import type { Severity } from '../../model/finding.ts';

type Paint = (text: string) => string;

/** Colours by meaning. Applied last: an escape sequence has no width. */
export interface Palette {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly severity: Readonly<Record<Severity, Paint>>;
}

const sgr =
  (codes: string): Paint =>
  (text) =>
    text === '' ? text : `\u001b[${codes}m${text}\u001b[0m`;
const plain: Paint = (text) => text;

const coloured: Palette = {
  strong: sgr('1'),
  faint: sgr('2'),
  severity: { critical: sgr('1;31'), warning: sgr('1;33'), info: sgr('1;36') },
};
const monochrome: Palette = { strong: plain, faint: plain, severity: { critical: plain, warning: plain, info: plain } };

export function paletteFor(colour: boolean): Palette {
  return colour ? coloured : monochrome;
}

/** Colour on a terminal only, and not where NO_COLOR is set to anything but the empty string (no-color.org). */
export function wantsColour(terminal: { readonly isTTY: boolean; readonly noColor: string | undefined }): boolean {
  return terminal.isTTY && !terminal.noColor;
}
