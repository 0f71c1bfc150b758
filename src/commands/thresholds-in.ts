import { readOptionFile } from '../config/option-file.ts';
import type { ThresholdSettings } from '../patterns/find-causes.ts';

/** What the file of `--thresholds` says; undefined where none is given. Throws Problems. */
export async function thresholdsIn(file: string | undefined): Promise<ThresholdSettings | undefined> {
  if (file === undefined) return undefined;
  const { parseThresholds } = await import('../config/thresholds.ts');
  const { catalogue } = await import('../patterns/catalogue.ts');
  const known = new Map(catalogue.map(({ id, thresholds }) => [id, Object.keys(thresholds)]));
  return parseThresholds({ text: readOptionFile('--thresholds', file), file, known });
}
