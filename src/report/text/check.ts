import type { CheckResult } from '../../model/check.ts';
import { counted } from '../../words/units.ts';
import type { CheckReport } from '../check/schema.ts';
import { wrap } from './fit.ts';
import { paletteFor, type Palette } from './palette.ts';
import { printable } from '../../words/printable.ts';

const width = 80;
const marks: Readonly<Record<CheckResult, string>> = { ok: '√', warning: '‼', failed: '×', skipped: '-' };
const indent = '    ';

/** As `linkerd check` prints: a group of each category, a line or two of each check, its hint below; at most 80 columns. */
export function checkText({ checks, result }: CheckReport, { colour }: { readonly colour: boolean }): string {
  const paint = paletteFor(colour);
  const blocks = createBlocks();
  const groups = [...Map.groupBy(checks, ({ category }) => category)].map(([category, those]) => [
    paint.strong(category),
    '-'.repeat(category.length),
    ...those.flatMap((check) => checkLines(check, blocks, paint)),
  ]);
  return `${[...groups, [verdict(checks, result, paint)]].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

type Checked = CheckReport['checks'][number];

function checkLines({ name, result, why, hint }: Checked, blocks: Blocks, paint: Palette): string[] {
  const [first = '', ...rest] = wrap(`${name}: ${printable(why)}`, width - 2);
  const hintLines = hint === '' ? [] : hint.split('\n\n').flatMap((block) => blocks.lines(block, name));
  return [
    `${painted(result, paint)} ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...hintLines.map((line) => paint.faint(`${indent}${line}`)),
  ];
}

interface Blocks {
  lines(block: string, name: string): string[];
}

/** Several checks may ask for the same lines: they are printed once. */
function createBlocks(): Blocks {
  const printed = new Map<string, string>();
  return {
    lines(block, name) {
      const where = printed.get(block);
      if (where !== undefined) return [`set the lines given above for ${where}`];
      if (block.includes('\n')) printed.set(block, name);
      return block.split('\n').flatMap(hintLine);
    },
  };
}

/** Lines to copy keep their indentation and are never broken; sentences are. */
function hintLine(line: string): string[] {
  const isCode = /^\s|^[-\w./]+:$|^- |^(kubechurn|etcdctl|kubectl|helm) /.test(line);
  return isCode ? [printable(line)] : wrap(printable(line), width - indent.length);
}

function painted(result: CheckResult, { severity, faint }: Palette): string {
  const mark = marks[result];
  if (result === 'failed') return severity.critical(mark);
  if (result === 'warning') return severity.warning(mark);
  return result === 'ok' ? severity.info(mark) : faint(mark);
}

function verdict(checks: CheckReport['checks'], result: CheckReport['result'], paint: Palette): string {
  const number = (wanted: CheckResult): number => checks.filter((check) => check.result === wanted).length;
  const parts = [
    counted(checks.length, 'check'),
    `${number('failed')} failed`,
    counted(number('warning'), 'warning'),
    `${number('skipped')} skipped`,
  ];
  const sign = result === 'ok' ? marks.ok : painted(result, paint);
  return `Status is ${sign}  ${parts.join(', ')}`;
}
