import type { ComponentChildren, JSX } from 'preact';
import { counted } from '../../words/units.ts';

interface FoldedProps {
  readonly title: string;
  readonly rows: number;
  readonly children: ComponentChildren;
}

/** A table behind its title; nothing where it has no row. */
export function Folded({ title, rows, children }: FoldedProps): JSX.Element | null {
  if (rows <= 0) return null;
  return (
    <details>
      <summary>
        {title} <span class="faint">{counted(rows, 'row')}</span>
      </summary>
      {children}
    </details>
  );
}
