import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { forNode, nodeFlags } from './bundle.ts';

// Makes one file that runs where neither Node nor npm is: a copy of the Node that runs this, with the program inside it
// (Node's single executable applications). The argument is where to; default dist/kubechurn-PLATFORM-ARCHITECTURE.

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2] ?? join(root, 'dist', `kubechurn-${process.platform}-${process.arch}`);
/** Node looks for it in its own file, to know whether a program was put in. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

if (process.platform === 'linux') await makeFile();
else {
  console.error(`kubechurn: the single file is made on Linux only, this is ${process.platform}: use dist/kubechurn`);
  process.exitCode = 1;
}

async function makeFile(): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(dirname(target), '.single-file-'));
  try {
    const made = join(scratch, 'kubechurn');
    await copyFile(process.execPath, made);
    await chmod(made, 0o755);
    run('node_modules/postject/dist/cli.js', made, 'NODE_SEA_BLOB', await blobIn(scratch), '--sentinel-fuse', fuse);
    await rename(made, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What is put into Node: the program, V8's cache of its compiled code, and what a thread starts with. */
async function blobIn(scratch: string): Promise<string> {
  const [main, thread, config, output] = [
    join(scratch, 'main.cjs'), // Node starts CommonJS only from its own file
    join(scratch, 'thread.js'),
    join(scratch, 'sea.json'),
    join(scratch, 'program.blob'),
  ];
  const startThread = `import { runThread } from './pipeline/offline/threads.ts'; runThread();`;
  await bundle({ ...forNode, entryPoints: [`${root}src/single-file.ts`], outfile: main, format: 'cjs' });
  await bundle({
    ...forNode,
    stdin: { contents: startThread, resolveDir: `${root}src` },
    outfile: thread,
    format: 'esm',
    minify: true, // it travels in a URL
  });
  const settings = {
    main,
    output,
    assets: { 'thread.js': thread },
    disableExperimentalSEAWarning: true,
    useCodeCache: true, // halves the start-up
    execArgv: nodeFlags,
  };
  await writeFile(config, JSON.stringify(settings));
  run('--experimental-sea-config', config);
  return output;
}

/** Node with these arguments; what it says is shown only if it fails. */
function run(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root });
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stdout}${stderr}`);
}
