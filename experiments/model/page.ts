/** The page of a model: one self-contained HTML file with the layout of its file, its sizes, and what fits in memory. */
import { buildModel, type Model, QUANTISATIONS } from '../../workloads/models/index.ts';
import { summarise } from '../../workloads/models/summary.ts';
import { formatBytes, formatRequest } from '../report/format.ts';
import { type Html, html } from '../report/html.ts';
import { only, renderPage } from '../report/page.ts';
import { expertChart, fileChart, kvChart, memoryChart } from './charts.ts';
import { contextBytes, type ModelReport, modelRows } from './model-report.ts';

export function renderModelPage(report: ModelReport, model: Model, context?: number): string {
  const numbers = html`<div class="scroll"><table class="pairs"><tbody>${modelRows(report, model).map(
    ([what, value]) => html`<tr><td>${what}</td><td class="text">${value}</td></tr>`,
  )}</tbody></table></div>`;
  const unverified = report.unverified.length > 0;
  return renderPage({
    title: `Model ${report.architecture} (${report.quantisation})`,
    lead: html`${unverified && html`<p class="warning">No source confirms: ${report.unverified.join(', ')}.</p>`}`,
    sections: [
      { id: 'numbers', title: 'Numbers', blocks: [{ html: numbers }] },
      { id: 'layout', title: 'Layout of the file', blocks: [only(fileChart(model), expertChart(model))] },
      {
        id: 'memory',
        title: 'Memory',
        blocks: [only(memoryChart(model, contextBytes(model, context)), kvChart(model))],
      },
      { id: 'quantisation', title: 'By quantisation', blocks: [{ html: quantisations(model) }] },
    ],
    footer:
      'Sizes are worked out from tensor shapes and ggml’s block sizes by nvmoe; docs/models.md says how.',
  });
}

/** What the same architecture weighs in each type and recipe. */
function quantisations(model: Model): Html {
  const rows = QUANTISATIONS.map((name) => {
    const { bytes, expert } = summarise(buildModel(model.architecture, name));
    const sizes = expert.sizes.map((size) => formatRequest(size.bytes)).join(', ');
    return html`<tr${name === model.quantisation && html` class="best"`}><td>${name}</td><td>${formatBytes(bytes.file)}</td><td>${formatBytes(bytes.trunk)}</td><td>${sizes || '-'}</td><td>${formatBytes(bytes.routedPerToken)}</td></tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th>type or recipe</th><th>file</th><th>trunk</th><th>an expert</th><th>routed experts of a token</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
