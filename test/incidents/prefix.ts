/** Where a key counts in the report, said a second time and independently of what is tested: only for keys these generators make. */
export function prefixOf(key: string): string {
  const [, root = '', first = '', second = ''] = key.split('/');
  const isPair = first.includes('.') || first === 'services';
  return isPair ? `/${root}/${first}/${second}` : `/${root}/${first}`;
}
