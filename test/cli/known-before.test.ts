import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChurnReport } from '../../src/report/schema.ts';
import { readRecording, type Recording } from '../recordings/read-recording.ts';
import { kubechurn, type Outcome } from './run-kubechurn.ts';
import { triageJson } from './triage-json.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubechurn-known-before-'));
const fileOf = (name: string, text: string): string => {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
};

let recording: Recording;
let report: ChurnReport;
beforeAll(async () => {
  recording = readRecording('kyverno-calm');
  report = await triageJson(recording.snapshot);
});
afterAll(() => {
  recording.remove();
  rmSync(directory, { recursive: true });
});

const triage = (...args: string[]): Promise<Outcome> =>
  kubechurn(['triage', '--snapshot', recording.snapshot, ...args]);

describe('an accept list', () => {
  const list = (expires: string) =>
    `- pattern: kyverno-report-flood\n  reason: wanted by the auditors\n  expires: ${expires}\n`;

  it('keeps what it names out of the findings, in the counts and in the list of what is accepted', async () => {
    const judged = await triageJson(recording.snapshot, ['--accept', fileOf('valid.yaml', list('2999-01-01'))]);
    expect(judged.findings).toEqual(report.findings.slice(1));
    expect(judged.accepted).toMatchObject([
      { expired: false, reason: 'wanted by the auditors', findings: [{ pattern: 'kyverno-report-flood' }] },
    ]);
    expect({ ...judged, findings: [], accepted: [] }).toEqual({ ...report, findings: [], accepted: [] });
  });

  it('accepts no more once it has expired, and says so', async () => {
    const { code, stdout } = await triage('--accept', fileOf('expired.yaml', list('2020-01-01')));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1\. .*kyverno-report-flood/m);
    expect(stdout).toMatch(/^accepted +no longer accepted since 2020-01-01 has passed/m);
  });

  it.each([
    ['is missing', join(directory, 'nowhere.yaml'), /nowhere\.yaml does not exist: give --accept a file/],
    ['is a directory', directory, /cannot be read \(EISDIR\)/],
    [
      'names no pattern there is',
      fileOf('typo.yaml', list('2999-01-01').replace('flood', 'food')),
      /typo\.yaml:1: no pattern/,
    ],
    ['has no end', fileOf('endless.yaml', '- name: a\n  reason: b\n'), /endless\.yaml:1: this entry lacks expires/],
  ])('that %s is refused before anything is read', async (_, file, sentence) => {
    const { code, stdout, stderr } = await triage('--accept', file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kubechurn: [^\n]+\n$/);
    expect(stderr).toMatch(sentence);
  });
});

describe('an earlier report', () => {
  it('that says the same shows no change', async () => {
    const old = fileOf('same.json', JSON.stringify(report));
    const { comparison } = await triageJson(recording.snapshot, ['--compare', old]);
    expect(comparison).toMatchObject({ findings: [], resources: [], owners: [], keys: [] });
  });

  it('without a finding and a resource shows both as new, in every format', async () => {
    const old = { ...report, findings: report.findings.slice(1), resources: report.resources.slice(1) };
    const file = fileOf('fewer.json', JSON.stringify(old));
    const { comparison } = await triageJson(recording.snapshot, ['--compare', file]);
    expect(comparison?.findings).toMatchObject([{ change: 'new', pattern: report.findings[0]!.pattern }]);
    expect(comparison?.resources).toMatchObject([{ change: 'new', resource: report.resources[0]!.resource }]);
    expect((await triage('--compare', file)).stdout).toMatch(/^CAUSES +CHANGE +BEFORE +NOW$/m);
    expect((await triage('--compare', file, '-o', 'html')).stdout).toContain('What changed');
  });

  it.each([
    ['a snapshot', () => recording.snapshot, /is no report: give --compare what "kubechurn triage -o json" printed/],
    [
      'of another version',
      () => fileOf('v9.json', '{"apiVersion":"kubechurn.dev/v9","kind":"ChurnReport"}'),
      /apiVersion kubechurn\.dev\/v9/,
    ],
    ['missing', () => join(directory, 'nowhere.json'), /nowhere\.json does not exist: give --compare a file/],
  ])('that is %s is refused', async (_, file, sentence) => {
    const { code, stdout, stderr } = await triage('--compare', file());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kubechurn: [^\n]+\n$/);
    expect(stderr).toMatch(sentence);
  });
});

describe('the report as HTML', () => {
  it('is one page on stdout that names what the JSON names', async () => {
    const { code, stdout, stderr } = await triage('-o', 'html');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^<!doctype html>\n<html lang="en">.*<\/html>\n$/s);
    for (const { pattern } of report.findings) expect(stdout).toContain(pattern);
    expect(stdout).not.toMatch(/<script|src=/);
  });
});
