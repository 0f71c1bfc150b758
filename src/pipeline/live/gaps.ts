import { resourceName } from '../../model/resource.ts';
import type { Millis, Revision } from '../../model/write.ts';
import type { ResourceState } from './resource-state.ts';

/** A stretch of the past that the API server no longer had. */
export interface Gap {
  readonly resource: string;
  readonly at: Millis;
  readonly from: Revision;
  readonly to: Revision;
  /** Changes that comparing the new list with the old one brought to light. */
  readonly recovered: number;
}

/** What was missed while a watch was away too long: said, never hidden. */
export interface Gaps {
  begin(state: ResourceState, now: Millis): void;
  recovered(state: ResourceState, revision: Revision): void;
  end(state: ResourceState, revision: Revision, now: Millis): void;
  readonly all: readonly Gap[];
  sentences(since: Millis): string[];
}

const mostKept = 200;

export function createGaps(): Gaps {
  const open = new Map<ResourceState, { readonly from: Revision; recovered: number }>();
  const all: Gap[] = [];
  return {
    all,
    begin(state) {
      state.relists++;
      open.set(state, { from: state.reached, recovered: 0 });
    },
    recovered(state) {
      const gap = open.get(state);
      if (gap) gap.recovered++;
    },
    end(state, revision, now) {
      const gap = open.get(state);
      open.delete(state);
      if (!gap || revision <= gap.from) return;
      all.push({
        resource: resourceName(state.resource),
        at: now,
        from: gap.from,
        to: revision,
        recovered: gap.recovered,
      });
      if (all.length > mostKept) all.shift();
    },
    sentences(since) {
      const recent = all.filter(({ at }) => at >= since);
      const byMoment = new Map<string, Gap[]>();
      for (const gap of recent) {
        const minute = new Date(gap.at).toISOString().slice(0, 16);
        byMoment.set(minute, [...(byMoment.get(minute) ?? []), gap]);
      }
      return [...byMoment].map(([minute, gaps]) => {
        const from = Math.min(...gaps.map((gap) => gap.from));
        const to = Math.max(...gaps.map((gap) => gap.to));
        const recovered = gaps.reduce((sum, gap) => sum + gap.recovered, 0);
        const names = gaps.length > 5 ? `${gaps.length} resources` : gaps.map(({ resource }) => resource).join(', ');
        return `${minute.replace('T', ' ')}Z: the API server no longer had revisions ${from} to ${to} of ${names}: by comparison ${recovered} changes of them are known, and of an object that changed more than once only the last`;
      });
    },
  };
}
