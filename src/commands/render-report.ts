import type { ChurnReport } from '../report/schema.ts';

export const outputFormats = ['text', 'wide', 'json', 'html'] as const;

export interface Rendering {
  readonly output: (typeof outputFormats)[number];
  readonly top: number;
}

/** The report as it goes to stdout. A format is loaded only when it was asked for. */
export async function renderReport(report: ChurnReport, { output, top }: Rendering): Promise<string> {
  if (output === 'json') return (await import('../report/json/report-json.ts')).reportJson(report);
  if (output === 'html') return (await import('../report/html/report-html.tsx')).reportHtml(report);
  const { reportText } = await import('../report/text/report-text.ts');
  const { wantsColour } = await import('../report/text/palette.ts');
  return reportText(report, {
    wide: output === 'wide',
    colour: wantsColour({ isTTY: process.stdout.isTTY, noColor: process.env['NO_COLOR'] }),
    rows: top,
  });
}
