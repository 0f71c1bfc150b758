/** Command line arguments, `--name=value` each; those whose value is undefined are left out, and `true` stands for the bare name. */
export function flags(values: Readonly<Record<string, string | number | true | undefined>>): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
}
