import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { widthOf } from '../../../src/report/text/cell-width.ts';
import { shorten, wrap } from '../../../src/report/text/fit.ts';
import { wantsColour } from '../../../src/report/text/palette.ts';
import { printable } from '../../../src/words/printable.ts';
import { shareBar } from '../../../src/report/text/share-bar.ts';
import { bytes, count, duration, perMinute, percent } from '../../../src/words/units.ts';
import { anyName } from '../report/names.ts';

describe('figures', () => {
  it.each([
    [count(0), '0'],
    [count(999), '999'],
    [count(1_204_311), '1,204,311'],
    [percent(0), '0 %'],
    [percent(0.0004), '<0.1 %'],
    [percent(0.5214), '52.1 %'],
    [percent(0.99999), '>99.9 %'],
    [percent(1), '100 %'],
    [percent(1.05), '105.0 %'],
    [bytes(1023), '1023 B'],
    [bytes(1024), '1.0 KiB'],
    [bytes(1_048_575), '1.0 MiB'],
    [bytes(2_147_483_648), '2.0 GiB'],
    [perMinute(null), '-'],
    [perMinute(0.02), '<0.1/min'],
    [perMinute(5.96), '6.0/min'],
    [perMinute(18_803.6), '18,804/min'],
    [duration(12_400), '12 s'],
    [duration(3_960_000), '1 h 6 min'],
    [duration(86_400_000 * 3), '3 d'],
  ])('reads %s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe('fitting', () => {
  it('never separates a figure from its unit', () => {
    expect(wrap('frees 2.7 % in 12 s', 9)).toEqual(['frees', '2.7 % in', '12 s']);
  });

  it('keeps to the width and loses no character but spaces', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 1, max: 90 }), (text, width) => {
        const lines = wrap(text, Math.max(width, 8));
        expect(lines.every((line) => widthOf(line) <= Math.max(width, 8))).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        // a character of two columns may leave one on either side of the cut
        const shortened = widthOf(shorten(text, width));
        expect(shortened).toBeLessThanOrEqual(width);
        expect(shortened).toBeGreaterThanOrEqual(Math.min(widthOf(text), width - 2));
      }),
      { seed: 13, numRuns: 200 },
    );
  });

  it('counts what takes two columns on a terminal as two, and marks as none', () => {
    expect(['名前', '한글', 'ｗｅｂ', 'e\u0301', '🚀', 'café', '…█'].map(widthOf)).toEqual([4, 4, 6, 1, 2, 4, 2]);
    expect(shorten('/registry/configmaps/部門/設定ファイル', 20)).toBe('/regis…/設定ファイル');
    expect(wrap('設定ファイル', 5)).toEqual(['設定', 'ファ', 'イル']);
  });

  it('shows the start and more of the end of a long key', () => {
    expect(shorten('/registry/pods/team-a/web-7f9c-x2x4', 22)).toBe('/regist…/web-7f9c-x2x4');
  });

  it('draws a bar that shows any share above nothing', () => {
    expect([shareBar(0, 0, 4), shareBar(0.001, 0.5, 4), shareBar(1, 1, 4)]).toEqual(['░░░░', '█▒░░', '████']);
  });
});

describe('a name on a terminal', () => {
  it.each([
    ['\u001b[2J', '\\x1b[2J'],
    ['a\nCRITICAL', 'a\\x0aCRITICAL'],
    ['a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
    ['team\u200b-a', 'team\\u{200b}-a'],
    ['\\x1b', '\\\\x1b'],
    ['\ud800', '\\u{d800}'],
    ['café 名前', 'café 名前'],
  ])('%j is printed as %s', (name, printed) => {
    expect(printable(name)).toBe(printed);
  });
});

describe('colour', () => {
  it('is for terminals without NO_COLOR', () => {
    expect([
      wantsColour({ isTTY: true, noColor: undefined }),
      wantsColour({ isTTY: true, noColor: '' }),
      wantsColour({ isTTY: true, noColor: '1' }),
      wantsColour({ isTTY: false, noColor: undefined }),
    ]).toEqual([true, true, false, false]);
  });
});
