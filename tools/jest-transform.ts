import swc from '@swc/jest';

/**
 * jest runs modules in a context of their own, where every look at a global is slow (nodejs/node#31658): in inner loops
 * most of a test's time. One look per module, on the line that is there already, so that places in files stay true.
 */
const globals =
  'const { Array, BigInt, JSON, Map, Math, Number, Object, Set, String, Uint8Array, Uint32Array, Float64Array } = globalThis;';

type Create = typeof swc.createTransformer;
type Process = NonNullable<ReturnType<Create>['process']>;
type ProcessAsync = NonNullable<ReturnType<Create>['processAsync']>;

const withGlobals = <Code extends { readonly code: string }>(transformed: Code): Code => ({
  ...transformed,
  code: globals + transformed.code,
});

// oxlint-disable-next-line import/no-default-export -- jest takes a transformer as a default export
export default {
  createTransformer(options?: Parameters<Create>[0]) {
    const inner = swc.createTransformer(options);
    const process: Process = (source, path, of) => withGlobals(inner.process!(source, path, of));
    const processAsync: ProcessAsync = async (source, path, of) =>
      withGlobals(await inner.processAsync!(source, path, of));
    return { ...inner, process, processAsync };
  },
};
