import fc from 'fast-check';
import type { JsonObject } from '../../../src/model/json.ts';

/** Objects of the depth Kubernetes has, without -0, which JSON cannot write. */
export const anyObject = fc
  .dictionary(
    fc.constantFrom('metadata', 'spec', 'status', 'data', 'a', '__proto__'),
    fc.jsonValue({ maxDepth: 3, noUnicodeString: false }),
    { maxKeys: 4 },
  )
  .map((object): JsonObject => JSON.parse(JSON.stringify(object)));
