import type { JSX } from 'preact';

export interface BarPart {
  /** 0..1 of the bar's length. */
  readonly share: number;
  /** A class of style.ts that gives the colour. */
  readonly tone: string;
}

interface BarProps {
  readonly parts: readonly BarPart[];
  /** Says in words what the bar shows. */
  readonly label: string;
  /** False where the bar's length is not the whole. */
  readonly trough?: boolean;
}

/** Parts one after the other, left to right; what is left over shows the trough. */
export function Bar({ parts, label, trough = true }: BarProps): JSX.Element {
  let at = 0;
  return (
    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={label}>
      {trough && <rect class="trough" width="1000" height="10" />}
      {parts.map(({ share, tone }) => {
        const x = at;
        // anything above nothing shows
        const width = Math.min(1000 - x, share > 0 ? Math.max(4, share * 1000) : 0);
        at += width;
        return <rect class={tone} x={tenth(x)} width={tenth(width)} height="10" />;
      })}
    </svg>
  );
}

export const tenth = (n: number): number => Math.round(n * 10) / 10;
