import { describe, expect, it } from '@jest/globals';
import { censusText } from '../../../src/report/text/census.ts';

const census = { at: 'https://10.0.0.1:2379', revision: 1_000_001, keys: 30_000, writes: 900_000 };

describe('the provisional answer', () => {
  it('is a table of at most 80 columns', () => {
    const culprits = [
      { key: `/registry/apps.example.com/widgets/team-a/${'long-'.repeat(20)}`, writes: 700_000, share: 0.78 },
    ];
    const text = censusText({ ...census, share: 0.9, culprits });
    expect(text).toMatch(/^Provisional, from a census of https:/);
    expect(text).toMatch(/90\.0 % of the\s+1,000,000 revisions/);
    expect(text).toMatch(/700,000 +78\.0 %/);
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('names nobody where most revisions are not explained', () => {
    const text = censusText({ ...census, share: 0.28, culprits: [] }).replace(/\s+/g, ' ');
    expect(text).toMatch(/explain only 28\.0 % .* nobody is named yet/);
    expect(text).not.toContain('WRITES');
  });

  it('lets no key forge a line of the terminal', () => {
    const culprits = [{ key: '/registry/\u001b[2Jpods', writes: 1, share: 1 }];
    expect(censusText({ ...census, share: 1, culprits })).not.toContain('\u001b');
  });
});
