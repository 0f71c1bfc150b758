/** `█` what the subject wrote itself, `▒` what it caused, `░` the rest. Any share above nothing shows. */
export function shareBar(share: number, shareWithConsequences: number, cells: number): string {
  const own = filled(share, cells);
  const all = Math.max(own, filled(shareWithConsequences, cells));
  return '█'.repeat(own) + '▒'.repeat(all - own) + '░'.repeat(cells - all);
}

function filled(share: number, cells: number): number {
  if (!(share > 0)) return 0;
  return Math.min(cells, Math.max(1, Math.round(share * cells)));
}
