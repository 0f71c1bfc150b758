import type { JSX } from 'preact';
import { acceptSentence } from '../accept-words.ts';
import type { ChurnReport } from '../schema.ts';
import { Name } from './name.tsx';
import { Section } from './section.tsx';

/** What the accept list took out of the findings, and which of its entries have expired. */
export function WhatIsAccepted({ accepted = [] }: Pick<ChurnReport, 'accepted'>): JSX.Element | null {
  if (accepted.length === 0) return null;
  return (
    <Section id="accepted" title="What is accepted">
      <p>Known to somebody and left out of the causes above, though not out of the counts:</p>
      <ul>
        {accepted.map((entry) => (
          <li class={entry.expired ? 'expired' : undefined}>
            <Name of={acceptSentence(entry)} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
