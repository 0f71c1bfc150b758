import type { FindingWriter, Subject } from '../model/finding.ts';

/** `Deployment shop/web`. */
export function nameOf(kind: string, { namespace, name }: Subject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

export const writerNames = (writers: readonly FindingWriter[]): string => listed(writers.map(({ name }) => name));

/** Rates and shares are shown to one decimal. */
export const rounded = (value: number): number => Math.round(value * 10) / 10;
export const percent = (share: number): number => Math.round(share * 100);
