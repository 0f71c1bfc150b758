import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

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

/** How every bundle of the program is made. */
export const forNode = {
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  plugins: [jsonAsText, protosParsed],
  logLevel: 'warning',
} satisfies BuildOptions;

/** What Node is started with. A small young generation: what is read lives shortly, and memory is short where we run. */
export const nodeFlags = ['--max-semi-space-size=8', '--disable-warning=ExperimentalWarning'] as const;
