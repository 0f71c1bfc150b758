import { customProperties, dark, light } from './theme.ts';

const tones = [
  ...light.ranks.map((_, rank) => `rank-${rank}`),
  ...(['critical', 'warning', 'info', 'trough'] as const),
].map((tone) => `svg .${tone} { fill: var(--${tone}); } .swatch.${tone} { background: var(--${tone}); }`);

const frame = `
*, ::before, ::after { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem) 3rem; max-width: 76rem;
  font: 1rem/1.55 ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, h3, .figure {
  font-family: 'Iowan Old Style', 'Palatino Linotype', 'URW Palladio L', Palatino, 'Noto Serif', 'DejaVu Serif', Georgia, serif;
}
h1 { font-size: clamp(1.75rem, 1.1rem + 3vw, 3.1rem); line-height: 1.12; font-weight: 600; letter-spacing: -0.015em; margin: 0; max-width: 22em; text-wrap: balance; }
h2 { font-size: 1.12rem; line-height: 1.3; font-weight: 600; margin: 0; }
h3 { font-size: 1.3rem; line-height: 1.3; font-weight: 600; margin: 0; }
h4 { font-size: 0.82rem; line-height: 1.4; font-weight: 650; margin: 0 0 0.3rem; color: var(--faint); }
p, ul, ol, dl, figure, pre { margin: 0; }
p, li, dd { max-width: 68ch; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.88em; }
pre { background: var(--sheet); border-left: 3px solid var(--line); padding: 0.6rem 0.8rem; margin-top: 0.4rem; white-space: pre-wrap; }
.faint { color: var(--faint); font-weight: 400; }
.n { text-align: right; white-space: nowrap; }
.top { padding: clamp(1.5rem, 5vw, 4rem) 0 clamp(1.2rem, 3vw, 2.2rem); }
.kicker { color: var(--faint); font-size: 0.9rem; max-width: none; margin-bottom: 0.7rem; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 2rem; }
section { border-top: 1px solid var(--line); padding: 1.5rem 0 2.2rem; scroll-margin-top: 1rem; }
section > h2 { margin-bottom: 0.9rem; }
.body { min-width: 0; }
.body > * + * { margin-top: 1rem; }
footer { border-top: 1px solid var(--line); padding-top: 1rem; color: var(--faint); font-size: 0.9rem; }
@media (min-width: 60rem) {
  section { display: grid; grid-template-columns: 12rem minmax(0, 1fr); column-gap: 3rem; }
  section > h2 { margin: 0.15rem 0 0; }
}`;

const pictures = `
.bar { display: block; width: 100%; height: 0.7rem; }
.caused { opacity: 0.45; }
.swatch { display: inline-block; width: 0.75em; height: 0.75em; margin-right: 0.25em; vertical-align: -0.02em; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.15rem 1.3rem; font-size: 0.9rem; margin-top: 0.6rem; }
.legend li { max-width: 100%; }
.shares { list-style: none; padding: 0; }
.shares li { display: grid; grid-template-columns: minmax(8rem, 20rem) minmax(4rem, 1fr) 4.2rem 5.2rem; column-gap: 1rem; align-items: center; padding: 0.22rem 0; max-width: none; }
.chart { position: relative; padding-top: 1.5rem; }
.chart svg { display: block; width: 100%; height: clamp(9rem, 24vw, 16rem); border-bottom: 1px solid var(--ink); }
.chart path { stroke: var(--paper); stroke-width: 0.75; vector-effect: non-scaling-stroke; }
.chart span { position: absolute; left: 0; right: 0; border-bottom: 1px solid var(--line); font-size: 0.82rem; line-height: 1.4rem; color: var(--faint); pointer-events: none; }
.chart .top { top: 0; padding: 0; height: 1.5rem; }
.chart .half { top: calc((100% - 1.5rem) / 2); height: 1.5rem; }
.ticks { display: flex; justify-content: space-between; font-size: 0.82rem; color: var(--faint); padding-top: 0.25rem; }
figcaption { font-size: 0.9rem; color: var(--faint); margin-top: 0.4rem; }`;

const causes = `
.lead { font-size: 1.08rem; }
.figure { font-size: 1.6rem; line-height: 1.2; font-weight: 600; white-space: nowrap; }
.foremost { list-style: none; padding: 0; }
.foremost li { display: grid; grid-template-columns: 6rem minmax(0, 1fr); column-gap: 1rem; padding: 0.75rem 0; max-width: none; align-items: baseline; }
.foremost li + li { border-top: 1px solid var(--line); }
.todo { color: var(--faint); }
article { border-left: 4px solid var(--line); padding: 0.1rem 0 0.4rem clamp(0.9rem, 2.5vw, 1.6rem); scroll-margin-top: 1rem; }
.body > article + article { margin-top: 2.6rem; }
article.critical { border-color: var(--critical); } article.warning { border-color: var(--warning); } article.info { border-color: var(--info); }
article > * + * { margin-top: 0.9rem; }
.kind { font-size: 0.9rem; max-width: none; display: flex; flex-wrap: wrap; gap: 0 1rem; }
.critical .severity { color: var(--critical); } .warning .severity { color: var(--warning); } .info .severity { color: var(--info); }
.severity::first-letter { text-transform: uppercase; }
.severity { display: inline-block; }
.weight { display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: 1.2rem; align-items: center; }
.weight p { font-size: 0.9rem; }
.why { font-size: 1.08rem; }
.remedy { background: var(--sheet); padding: 0.9rem 1.1rem 1rem; }
.remedy pre { background: var(--paper); }
.remedy ol { padding-left: 1.4rem; margin-top: 0.4rem; } .remedy ol li + li { margin-top: 0.35rem; }
.read { margin-top: 0.6rem; font-size: 0.9rem; }
.plain { list-style: none; padding: 0; }
.evidence { display: flex; flex-wrap: wrap; gap: 0.3rem 1.8rem; } .evidence dt { font-size: 0.82rem; color: var(--faint); } .evidence dd { margin: 0; }
.facts { display: grid; gap: 0.45rem; } .facts > div { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); column-gap: 1rem; } .facts dt { color: var(--faint); } .facts dd { margin: 0; }
.change { font-weight: 600; } .change.new, .change.grown { color: var(--critical); } .change.shrunk, .change.gone { color: var(--info); }
.expired { font-weight: 600; }
#coverage h3 { font-size: 1rem; }`;

const tables = `
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
caption { text-align: left; color: var(--faint); padding: 0.2rem 0 0.4rem; font-size: 0.88rem; }
th, td { text-align: left; vertical-align: top; padding: 0.32rem 0 0.32rem 1.2rem; border-top: 1px solid var(--line); font-weight: 400; }
th:first-child, td:first-child { padding-left: 0; min-width: 9rem; }
th.n, td.n { text-align: right; }
td, td.n { overflow-wrap: break-word; } td:last-child:not(.n) { overflow-wrap: anywhere; } thead th, thead th.n { vertical-align: bottom; white-space: normal; }
article table { width: auto; } article caption { font-size: 0.82rem; font-weight: 650; padding-top: 0; }
.change { white-space: nowrap; }
thead th { color: var(--faint); font-size: 0.82rem; border-top: 0; }
.body > table + table { margin-top: 1.6rem; }
details { border-bottom: 1px solid var(--line); } .body > details + details { margin-top: 0; }
summary { cursor: pointer; padding: 0.55rem 0; font-weight: 600; }
details[open] { padding-bottom: 1rem; }
details article { margin: 0.6rem 0 0.8rem; }
@media (max-width: 40rem) {
  .shares li { grid-template-columns: minmax(0, 1fr) auto auto; } .shares .bar { grid-row: 2; grid-column: 1 / -1; margin-bottom: 0.35rem; }
  .foremost li { grid-template-columns: minmax(0, 1fr); }
  .facts > div { grid-template-columns: minmax(0, 1fr); }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, tbody, caption { display: block; }
  tr { display: flex; flex-wrap: wrap; gap: 0.1rem 1.4rem; border-top: 1px solid var(--line); padding: 0.5rem 0; }
  th[scope='row'] { flex-basis: 100%; font-weight: 600; }
  th, td, td.n { border: 0; padding: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  td::before { content: attr(data-head); display: block; font-size: 0.78rem; color: var(--faint); }
}`;

/** Colours go to paper as they are, folded tables open, and nothing is cut in two that fits on a page. */
const print = `
@media print {
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  @page { margin: 16mm 14mm; }
  html { font-size: 10pt; } body { padding: 0; max-width: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; block-size: auto; }
  summary { list-style: none; break-after: avoid; }
  h2, h3, h4, caption, .kind, .weight { break-after: avoid; }
  figure, tr, pre, .remedy, .weight, .evidence, .shares li, .foremost li { break-inside: avoid; }
  thead { display: table-header-group; }
  a { color: inherit; }
}`;

/** All of the page's style. No rule loads anything. */
export const css = [
  `:root { color-scheme: light dark; ${customProperties(light)} }`,
  `@media screen and (prefers-color-scheme: dark) { :root { ${customProperties(dark)} } }`,
  frame,
  pictures,
  ...tones,
  causes,
  tables,
  print,
].join('\n');
