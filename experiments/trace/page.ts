/**
 * The page of a measured trace: one self-contained HTML file with its numbers and charts.
 */
import type { BlockTrace, TraceStatistics } from '../../workloads/traces/index.ts';
import { type Html, html } from '../report/html.ts';
import { renderPage } from '../report/page.ts';
import { writeFile } from '../write-file.ts';
import { traceCharts } from './charts.ts';
import type { TraceReport } from './stats-command.ts';
import { statsRows } from './stats-text.ts';

/** @param name of the trace's file, as shown */
export function renderTracePage(name: string, report: TraceReport, accesses?: BlockTrace): string {
  const charts = accesses === undefined ? [] : traceCharts(report as TraceReport & TraceStatistics, accesses);
  const numbers = html`<dl>${statsRows(report).map(([what, value]) => html`<dt><b>${what}</b></dt><dd>${value}</dd>`)}</dl>`;
  return renderPage({
    title: `Trace ${name}`,
    lead: warnings(report.warnings),
    sections: [
      { id: 'numbers', title: 'Numbers', blocks: [{ html: numbers }] },
      { id: 'charts', title: 'Charts', blocks: [{ charts }] },
    ],
    footer: 'Measured trace, read by nvmoe. docs/traces.md defines every number.',
  });
}

const warnings = (list: readonly string[]): Html =>
  list.length === 0
    ? html`<p>No warnings.</p>`
    : html`<div class="warning" role="note"><b>Read this first</b><ul>${list.map((warning) => html`<li>${warning}</li>`)}</ul></div>`;

export function writeTracePage(path: string, name: string, report: TraceReport, accesses?: BlockTrace): void {
  writeFile(path, renderTracePage(name, report, accesses));
}
