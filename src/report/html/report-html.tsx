import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import type { ChurnReport } from '../schema.ts';
import { Page } from './page.tsx';
import { css } from './style.ts';

/** The report as one page that needs nothing else: no network, no script. */
export function reportHtml(report: ChurnReport): string {
  const hash = createHash('sha256').update(css).digest('base64');
  return `<!doctype html>\n${renderToString(<Page report={report} style={{ css, hash }} />)}\n`;
}
