import type { FindingWriter, Subject } from '../model/finding.ts';
import { listed } from '../words/listed.ts';

/** `Deployment shop/web`. */
export function nameOf(kind: string, { namespace, name }: Subject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

export const writerNames = (writers: readonly FindingWriter[]): string => listed(writers.map(({ name }) => name));

/** Rates and shares are shown to one decimal. */
export const rounded = (value: number): number => Math.round(value * 10) / 10;
export const percent = (share: number): number => Math.round(share * 100);
