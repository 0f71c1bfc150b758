import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { until } from '../etcd/harness/until.ts';
import { itWith } from './it-with.ts';
import { built } from './run-kubechurn.ts';

/** With the program on PATH, and nobody's startup files. */
const env = { PATH: `${dirname(built)}:${process.env['PATH'] ?? ''}`, HOME: '/nonexistent', TERM: 'dumb' };
const output = (program: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env });
  if (error) throw error;
  return `${status} ${stdout}${stderr}`;
};

describe('the completion of a shell', () => {
  itWith('bash', 'gives bash what may stand there', async () => {
    const script = `source <(kubechurn completion bash)
for words in 'kubechurn che' 'kubechurn triage -o j' 'kubechurn maintain --dry' 'kubechurn triage --output = ht'; do
  COMP_WORDS=($words); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _kubechurn; echo "\${COMPREPLY[@]}"
done`;
    expect(output('bash', '--norc', '-c', script)).toBe('0 check\njson\n--dry-run\nhtml\n');
  });

  itWith('script', 'completes what is typed into an interactive bash, names of files too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kubechurn-completion-'));
    writeFileSync(join(directory, 'only-one.db'), '');
    const shell = 'bash --norc --noprofile -i';
    const terminal = spawn('script', ['-qec', shell, '/dev/null'], { env, cwd: directory });
    let shown = '';
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    const typed = async (keys: string, shows: string): Promise<void> => {
      shown = '';
      terminal.stdin.write(keys);
      await until(`"${shows}" to be shown`, () => shown.includes(shows));
    };
    try {
      await typed('source <(kubechurn completion bash); echo loa""ded\n', 'loaded');
      await typed('kubechurn tri\t', 'kubechurn triage ');
      await typed('--outp\t', '--output ');
      await typed('js\t', 'json ');
      await typed('--snapshot only-o\t', 'only-one.db ');
    } finally {
      terminal.kill('SIGKILL');
      rmSync(directory, { recursive: true });
    }
  });

  it.each(['bash', 'zsh', 'fish'])('is printed for %s', (shell) => {
    expect(output(built, 'completion', shell)).toMatch(/^0 #[^]*__complete[^]*\n$/);
  });

  it('knows no other shell', () => {
    expect(output(built, 'completion', 'tcsh')).toMatch(/^2 .*Allowed choices are bash, zsh, fish/);
  });
});

describe('the plugin of kubectl', () => {
  it('says how it is called', () => {
    expect(output('kubectl-churn', 'triage', '--help')).toMatch(/^0 Usage: kubectl churn triage \[options\]\n/);
    expect(output('kubechurn', 'triage', '--help')).toMatch(/^0 Usage: kubechurn triage \[options\]\n/);
  });

  itWith('kubectl', 'is found by kubectl, with its exit code and its completion', async () => {
    expect(output('kubectl', 'churn', '--version')).toBe('0 0.1.0\n');
    expect(output('kubectl', 'churn', 'triage', '--help')).toMatch(/^0 Usage: kubectl churn triage \[options\]\n/);
    expect(output('kubectl', 'churn', 'triage')).toMatch(/^2 kubechurn: nothing to read/);
    expect(output('kubectl', '__complete', 'churn', 'triage', '-o', 'j')).toMatch(/^0 json\n:4\n/);
  });
});
