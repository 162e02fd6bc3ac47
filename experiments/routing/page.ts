/** The page of a recorded routing: one self-contained HTML file with its numbers and charts. */
import type { RoutedTokens } from '../../workloads/routing/index.ts';
import { type Html, html } from '../report/html.ts';
import { renderPage } from '../report/page.ts';
import { cacheCharts, choiceCharts, predictionCharts } from './charts.ts';
import type { RoutingReport } from './stats-command.ts';
import { CURVE_HEAD, curveRows, statsRows } from './stats-text.ts';

export function renderRoutingPage(name: string, report: RoutingReport, routed: RoutedTokens): string {
  const numbers = html`<div class="scroll"><table class="pairs"><tbody>${statsRows(report).map(
    ([what, value]) => html`<tr><td>${what}</td><td class="text">${value}</td></tr>`,
  )}</tbody></table></div>`;
  const curves = html`<div class="scroll"><table><thead><tr>${CURVE_HEAD.map((title) => html`<th>${title}</th>`)}</tr></thead>
<tbody>${curveRows(report).map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
  const prediction = predictionCharts(report);
  return renderPage({
    title: `Routing ${name}`,
    lead: notes(report.warnings),
    sections: [
      { id: 'numbers', title: 'Numbers', blocks: [{ html: numbers }] },
      { id: 'choice', title: 'Choice', blocks: [{ charts: choiceCharts(report, routed) }] },
      { id: 'caching', title: 'Caching', blocks: [{ html: curves, charts: cacheCharts(report) }] },
      ...(prediction.length > 0
        ? [{ id: 'prediction', title: 'Prediction', blocks: [{ charts: prediction }] }]
        : []),
    ],
    footer: 'Recorded routing, read by nvmoe. docs/routing.md defines every number.',
  });
}

const notes = (list: readonly string[]): Html =>
  html`${list.map((note) => html`<p class="note">${note}</p>`)}`;
