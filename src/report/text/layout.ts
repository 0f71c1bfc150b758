import type { Palette } from './palette.ts';

/** How the text is laid out, settled once and handed to every section. */
export interface TextLayout {
  /** Full names, more columns, every row. */
  readonly wide: boolean;
  /** Of prose, in columns; of tables too unless wide. */
  readonly width: number;
  /** Of each table, at most. */
  readonly rows: number;
  readonly paint: Palette;
}
