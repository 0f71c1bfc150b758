import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { requiredTool } from '../etcd/harness/tool.ts';
import { stages } from './harness/dockerfile.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isRoot = process.getuid?.() === 0;

// No container engine is needed: the stages are followed by hand, each in a directory that holds nothing else. npm install
// is replaced by this clone's node_modules.
describe('the image, its Dockerfile followed step by step', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'kubechurn-image-'));
  const build = join(scratch, 'build');
  const image = join(scratch, 'image');
  const run = (args: readonly string[]) => {
    const { argv, flags } = entrypoint();
    const nobody = isRoot ? ['setpriv', '--reuid=65532', '--regid=65532', '--clear-groups', '--no-new-privs'] : [];
    const [program = '', ...rest] = [...nobody, process.execPath, ...flags, join(image, argv), ...args];
    const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', env: { HOME: '/nonexistent' }, cwd: '/' });
    return { status, stdout, stderr };
  };

  beforeAll(() => {
    chmodSync(scratch, 0o755);
    mkdirSync(build);
    for (const { name, rest } of stages().get('build') ?? []) {
      if (name === 'COPY') copy(rest, root, build);
      if (name !== 'RUN') continue;
      if (rest.startsWith('npm install')) symlinkSync(join(root, 'node_modules'), join(build, 'node_modules'));
      else {
        const { status, stderr } = spawnSync('sh', ['-c', rest], { cwd: build, encoding: 'utf8', env: pathWithNode() });
        if (status !== 0) throw new Error(`${rest}: ${stderr}`);
      }
    }
    for (const { name, rest } of [...stages().values()].at(-1) ?? []) {
      if (name !== 'COPY') continue;
      const [, from, path] = /^--from=(\w+) (.*)$/.exec(rest) ?? [];
      if (from === 'runtime') continue;
      if (from === undefined || path === undefined) copy(rest, root, image);
      else copy(path.replace('/kubechurn/', ''), build, image);
    }
  });
  afterAll(() => rmSync(scratch, { recursive: true }));

  it('starts as nobody in particular, with no library beside it', () => {
    expect(existsSync(join(image, 'kubechurn/node_modules'))).toBe(false);
    expect(run(['--version'])).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
    for (const command of ['webhook', 'analyzer', 'maintain', 'check', 'triage', 'top'])
      expect(run([command, '--help'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('starts within 300 ms', () => {
    // The quickest: others are what this machine did meanwhile.
    const quickest = (start: () => unknown): number =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const began = performance.now();
          start();
          return performance.now() - began;
        }),
      );
    // Node alone takes 40 ms on a quiet machine; where it takes longer, so may we.
    const slowness = Math.max(1, quickest(() => spawnSync(process.execPath, ['-e', '0'])) / 40);
    expect(quickest(() => run(['--version'])) / slowness).toBeLessThan(300);
  });

  it('holds less than 16 MiB of ours', () => {
    const lib = join(image, 'kubechurn/lib');
    const bytes = readdirSync(lib).reduce((sum, name) => sum + statSync(join(lib, name)).size, 0);
    expect(bytes).toBeLessThan(16 * 2 ** 20);
  });

  // Another root directory takes root.
  (isRoot ? describe : describe.skip)('in a root directory of its own', () => {
  it('starts with nothing of this machine around it', () => {
    for (const { name, rest } of stages().get('runtime') ?? []) {
      if (name !== 'RUN') continue;
      const { status, stderr } = spawnSync('sh', ['-c', rest], { cwd: scratch, encoding: 'utf8', env: pathWithNode() });
      expect({ rest, status, stderr }).toEqual({ rest, status: 0, stderr: '' });
    }
    const runtime = join(scratch, 'runtime');
    cpSync(image, runtime, { recursive: true });
    const { argv, flags } = entrypoint();
    const there = ['--userspec=65532:65532', runtime, '/nodejs/bin/node', ...flags, argv, '--version'];
    const { status, stdout, stderr } = spawnSync('chroot', there, { encoding: 'utf8', env: { PATH: process.env['PATH'] }, cwd: '/' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });
  });

  it('comes with a list of what it is made of, which its own stage makes', () => {
    const stage = join(scratch, 'sbom');
    mkdirSync(stage);
    for (const { name, rest } of stages().get('sbom-build') ?? []) {
      if (name === 'COPY') copy(rest, root, stage);
      if (name !== 'RUN') continue;
      const { status, stderr } = spawnSync('sh', ['-c', rest], { cwd: stage, encoding: 'utf8', env: pathWithNode() });
      expect({ rest, status, stderr: status === 0 ? '' : stderr }).toEqual({ rest, status: 0, stderr: '' });
    }
    const { spdxVersion, packages } = JSON.parse(readFileSync(join(stage, 'sbom.spdx.json'), 'utf8')) as {
      spdxVersion: string;
      packages: { name: string; versionInfo: string }[];
    };
    expect(spdxVersion).toBe('SPDX-2.3');
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const listed = packages.map(({ name, versionInfo }) => `${name}@${versionInfo}`);
    expect(listed).toEqual(
      expect.arrayContaining(Object.entries(dependencies).map(([name, version]) => `${name}@${version}`)),
    );
    expect(listed.filter((each) => each.startsWith('jest@'))).toEqual([]);
  });

  it('runs as a user that is not root', () => {
    const last = [...stages().values()].at(-1) ?? [];
    expect(last.find(({ name }) => name === 'USER')?.rest).toBe('65532:65532');
    expect(last.map(({ name }) => name)).toEqual(expect.arrayContaining(['LABEL', 'HEALTHCHECK', 'ENTRYPOINT']));
  });
});

describeWith(['hadolint'], 'the Dockerfile', () => {
  it('is one that hadolint has nothing to say about', () => {
    const { status, stdout, stderr } = spawnSync(requiredTool('hadolint'), [join(root, 'Dockerfile')], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

function copy(instruction: string, from: string, to: string): void {
  const paths = instruction.split(/\s+/);
  const target = join(to, paths.at(-1) ?? '');
  mkdirSync(target, { recursive: true });
  for (const path of paths.slice(0, -1)) {
    const source = join(from, path);
    if (path.endsWith('/')) cpSync(source, target, { recursive: true });
    else cpSync(source, join(target, path.split('/').at(-1) ?? ''));
  }
}

function entrypoint(): { argv: string; flags: string[] } {
  const last = [...stages().values()].at(-1) ?? [];
  const [, ...words] = JSON.parse(last.find(({ name }) => name === 'ENTRYPOINT')?.rest ?? '[]') as string[];
  return { argv: words.at(-1) ?? '', flags: words.slice(0, -1) };
}

function pathWithNode(): NodeJS.ProcessEnv {
  return { PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`, HOME: tmpdir() };
}
