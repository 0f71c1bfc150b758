import type { ComponentChild, JSX } from 'preact';
import { printable } from '../../words/printable.ts';

/** A name somebody in the cluster chose: its direction stays its own, and what would hide or reorder text is spelled out. */
export function Name({ of }: { readonly of: string }): JSX.Element {
  return <bdi>{breakable(printable(of))}</bdi>;
}

/** As {@link Name}, for keys, paths and fragments. */
export function Code({ of }: { readonly of: string }): JSX.Element {
  return (
    <code>
      <Name of={of} />
    </code>
  );
}

/** After a slash or an underscore, and after the dot of a domain: where a reader would break a long name. */
const joint = /(?<=[\w~][/_])(?=[\w~])|(?<=[a-z\d]{2}\.)(?=[a-z\d]{3,})(?!\d+\b)/i;

/** `/registry/<wbr>pods`. The text stays what it is when it is copied. */
export function breakable(text: string): ComponentChild[] {
  return tied(text)
    .split(joint)
    .flatMap((piece, i) => (i === 0 ? [piece] : [<wbr />, piece]));
}

/** A figure and its unit stay on one line: `45.5 %`, `14 min`. */
export function tied(text: string): string {
  return text.replace(/(?<=\d) (?=(?:%|s|min|h|d|B|[KMGTP]iB)(?![\p{L}\p{N}]))/gu, '\u00a0');
}
