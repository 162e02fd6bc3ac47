/**
 * The look of a report: one column of text and charts with the contents at its side, calm in light and dark, and fit
 * for paper.
 */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5c6675; --line: #e1e5ea; --page: #fff; --card: #f7f8fa;
  --accent: #23648f; --warn: #8a4b00; --warn-page: #fff6e6; --warn-line: #eec27d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa5b3; --line: #313a46; --page: #14181e;
  --card: #1b2129; --accent: #7fb8e0; --warn: #f3cd8f; --warn-page: #2b2313; --warn-line: #6b5322; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', sans-serif;
  display: grid; grid-template-columns: 15rem minmax(0, 62rem); gap: 2.5rem; justify-content: center; padding: 0 1.5rem; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 2.2rem 0; font-size: .875rem; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; border-left: 1px solid var(--line); }
nav li { padding: .18rem 0 .18rem .9rem; }
nav p { margin: 1.2rem 0 .4rem; color: var(--soft); font-weight: 600; }
nav select { width: 100%; margin-bottom: .6rem; font: inherit; color: var(--ink); background: var(--card);
  border: 1px solid var(--line); border-radius: 6px; padding: .35rem .4rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
main { padding: 2rem 0 4rem; min-width: 0; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.8rem 0 .8rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
.headline { font-size: 1.3rem; margin: 1rem 0 .4rem; } .headline b { font-weight: 650; }
.badges { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; }
.badge { font-size: .8rem; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--soft); background: var(--card); }
.badge.alert { color: var(--warn); background: var(--warn-page); border-color: var(--warn-line); font-weight: 600; }
.warning { color: var(--warn); background: var(--warn-page); border: 1px solid var(--warn-line); border-radius: 8px; padding: .7rem 1rem; margin: 1rem 0; }
.warning ul { margin: .3rem 0 0; padding-left: 1.2rem; } .warning li { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .7rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { min-width: 10rem; }
th:first-child, td:first-child, td.text, th.text { text-align: left; white-space: normal; overflow-wrap: anywhere; }
tr.best td { background: var(--card); font-weight: 600; }
table.pairs td:first-child { color: var(--soft); padding-right: 2rem; }
.columns { columns: 2 20rem; column-gap: 2rem; }
.columns > div { break-inside: avoid; padding-bottom: 1.2rem; } 
figure { margin: 1.2rem 0 1.8rem; } figcaption p { margin: .1rem 0 .2rem; color: var(--soft); font-size: .9rem; }
.chart { width: 100%; }
.note { color: var(--soft); font-size: .9rem; }
details { margin: .8rem 0; } summary { cursor: pointer; color: var(--accent); }
footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
@media (max-width: 62rem) { body { display: block; padding: 0 1rem; } nav { position: static; max-height: none; padding: 1rem 0 0; }
  nav ul { columns: 2; } main { padding-top: 1rem; } }
@page { margin: 14mm; }
@media print { :root { --ink: #000; --soft: #444; --line: #ccc; --page: #fff; --card: #f4f4f4; --accent: #000; --warn: #5a3200;
  --warn-page: #fff6e6; --warn-line: #c99; color-scheme: light; }
  body { display: block; padding: 0; font-size: 11pt; } nav { display: none; } main { padding: 0; }
  .scroll { overflow: visible; } table { font-size: 8.5pt; } th, td { padding: .2rem .35rem; } th:first-child, td:first-child { min-width: 7rem; }
  figure, tr, .warning { break-inside: avoid; } h2, figcaption { break-after: avoid; } }
`;
