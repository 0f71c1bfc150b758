import type { Batch, BatchReply } from '../../model/batch.ts';
import type { Json } from '../../model/json.ts';
import type { Millis } from '../../model/write.ts';
import type { LiveAnalysis } from '../live/live-analysis.ts';
import { standingFindings } from './standing-findings.ts';
import { readBatch } from './take-batch.ts';

/** Hands requests on, each batch once; the reply carries what stands. */
export function createTaker(
  live: Pick<LiveAnalysis, 'offer' | 'standing'>,
  now: () => Millis,
  onTaken: (taken: number, dropped: number) => void,
): (body: Json | undefined) => BatchReply | undefined {
  const last = new Map<string, number>();
  const isNew = ({ from, number }: Pick<Batch, 'from' | 'number'>): boolean => {
    if ((last.get(from) ?? -Infinity) >= number) return false;
    // Pods come and go; the oldest name is forgotten.
    last.delete(from);
    last.set(from, number);
    if (last.size > 1_000) for (const [oldest] of last) return last.delete(oldest);
    return true;
  };
  return (body) => {
    const batch = readBatch(body, now());
    if (!batch) return undefined;
    if (isNew(batch)) {
      live.offer(batch.requests);
      onTaken(batch.requests.length, batch.dropped);
    }
    const findings = standingFindings(live.standing());
    const version = versionOf(JSON.stringify(findings));
    return batch.known === version ? { version } : { version, findings };
  };
}

/** FNV-1a: findings that differ have other versions, one in four billion times not. */
function versionOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.length.toString(36)}-${(hash >>> 0).toString(36)}`;
}
