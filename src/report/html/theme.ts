/** Colours by what they mean. Tests hold text to WCAG AA (4.5:1) on `paper` and `sheet`, and pictures to 3:1. */
export interface Theme {
  readonly paper: string;
  /** Of tables and fragments to paste, a shade off the paper. */
  readonly sheet: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly link: string;
  readonly critical: string;
  readonly warning: string;
  readonly info: string;
  /** The rest of a bar. */
  readonly trough: string;
  /** Of resources by rank, the last for all others together; told apart with the common colour blindnesses. */
  readonly ranks: readonly string[];
}

export const light: Theme = {
  paper: '#fbfaf7',
  sheet: '#f3f1ea',
  ink: '#1e2528',
  faint: '#5c6468',
  line: '#d8d4c8',
  link: '#1d5a86',
  critical: '#a8281e',
  warning: '#85560a',
  info: '#2a5d84',
  trough: '#e6e2d8',
  ranks: ['#1f6a9c', '#c9671a', '#3f8358', '#9c3f66', '#7467b4', '#8c7514', '#85898a'],
};

export const dark: Theme = {
  paper: '#15191c',
  sheet: '#1d2327',
  ink: '#e7e5df',
  faint: '#a3abae',
  line: '#363e43',
  link: '#8fc3ea',
  critical: '#ff9488',
  warning: '#eebb60',
  info: '#93c4ec',
  trough: '#2b3338',
  ranks: ['#58a3d6', '#e8924a', '#6fb888', '#d07a9e', '#a497e0', '#c9ae44', '#8f979b'],
};

/** `--ink: #1e2528; ...` */
export function customProperties({ ranks, ...named }: Theme): string {
  return [
    ...Object.entries(named).map(([name, colour]) => `--${name}: ${colour};`),
    ...ranks.map((colour, rank) => `--rank-${rank}: ${colour};`),
  ].join(' ');
}
