/** One step of a remedy: a sentence, and perhaps lines to paste. */
export interface Step {
  readonly sentence: string;
  readonly fragment: readonly string[];
}

const yamlLine = /^ *[\w.-]+:( \w+)?$/;

/** What stands behind a sentence may be a fragment to paste. Any other line break came in with somebody's name. */
export function splitStep(step: string): Step {
  const [sentence = '', ...fragment] = step.split('\n');
  return fragment.every((line) => yamlLine.test(line)) ? { sentence, fragment } : { sentence: step, fragment: [] };
}
