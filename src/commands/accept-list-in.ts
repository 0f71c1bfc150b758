import { readOptionFile } from '../config/option-file.ts';
import type { AcceptEntry } from '../model/accept.ts';

/** What the file of `--accept` lists. Throws Problems. */
export async function acceptListIn(file: string): Promise<readonly AcceptEntry[]> {
  const { parseAcceptList } = await import('../config/accept-list.ts');
  const { catalogue } = await import('../patterns/catalogue.ts');
  return parseAcceptList({ text: readOptionFile('--accept', file), file, patterns: catalogue.map(({ id }) => id) });
}
