import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startCrew, type Crew } from '../../../src/pipeline/offline/threads.ts';

let crew: Crew | undefined;
afterEach(() => crew?.dismiss());

/** A crew of this thread and one that answers each task by what the code says. */
function crewOf(answer: string): Crew {
  const code = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { ${answer} });`;
  return (crew = startCrew({ extra: 1, entry: new URL(`data:text/javascript,${encodeURIComponent(code)}`) }));
}

const nothing = { file: fileURLToPath(import.meta.url), salt: '', keys: [], nextKey: new Int32Array(1) };

describe('what another thread was asked', () => {
  it('fails in a sentence where its answer cannot be taken over', async () => {
    const tooDeep = `JSON.parse('['.repeat(8_000) + ']'.repeat(8_000))`;
    await expect(crewOf(`parentPort.postMessage([[0, ${tooDeep}]])`).read(nothing)).rejects.toMatchObject({
      code: 'THREAD_ANSWER_LOST',
      message: expect.stringMatching(/call stack.*taskset/),
    });
  }, 10_000);

  it('fails where the thread ends instead of answering', async () => {
    await expect(crewOf('process.exit(3)').read(nothing)).rejects.toThrow(/ended with code 3/);
  });

  it('is the answer to the next task as well', async () => {
    const both = crewOf('parentPort.postMessage([[7, { count: 1 }]])');
    expect(await both.read(nothing)).toEqual(new Map([[7, { count: 1 }]]));
    expect(await both.read(nothing)).toEqual(new Map([[7, { count: 1 }]]));
  });
});
