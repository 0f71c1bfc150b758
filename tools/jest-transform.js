import swc from '@swc/jest';

/**
 * jest runs modules in a context of their own, where every look at a global is slow (nodejs/node#31658): in inner loops
 * most of a test's time. One look per module, on the line that is there already, so that places in files stay true.
 */
const globals =
  'const { Array, BigInt, JSON, Map, Math, Number, Object, Set, String, Uint8Array, Uint32Array, Float64Array } = globalThis;';

export default {
  createTransformer(options) {
    const inner = swc.createTransformer(options);
    const withGlobals = (result) => ({ ...result, code: globals + result.code });
    return {
      ...inner,
      process: (...source) => withGlobals(inner.process(...source)),
      processAsync: async (...source) => withGlobals(await inner.processAsync(...source)),
    };
  },
};
