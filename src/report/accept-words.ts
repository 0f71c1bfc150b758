import type { ChurnReport } from './schema.ts';
import { subjectName } from './text/names.ts';
import { counted, percent } from '../words/units.ts';

type AcceptedEntry = NonNullable<ChurnReport['accepted']>[number];

/** `1 finding accepted until 2027-01-31: nightly export` with what it was, or that the entry has expired. */
export function acceptSentence({ expired, expires, reason, findings, ...entry }: AcceptedEntry): string {
  const which = findings
    .map(
      ({ pattern, subject, shareWithConsequences }) =>
        `${pattern} ${subjectName(subject)} (${percent(shareWithConsequences)})`,
    )
    .join(', ');
  const named = which === '' ? entryName(entry) : which;
  if (expired) return `no longer accepted since ${expires} has passed: ${named}; the reason was: ${reason}`;
  if (findings.length === 0) return `nothing to accept, until ${expires}: ${named}; ${reason}`;
  return `${counted(findings.length, 'finding')} accepted until ${expires}: ${named}; ${reason}`;
}

type Matched = Pick<AcceptedEntry, 'pattern' | 'group' | 'resource' | 'namespace' | 'name'>;

function entryName({ pattern, group, resource, namespace, name }: Matched): string {
  return Object.entries({ pattern, group, resource, namespace, name })
    .flatMap(([field, value]) => (value === undefined ? [] : [`${field} ${value === '' ? '""' : value}`]))
    .join(', ');
}
