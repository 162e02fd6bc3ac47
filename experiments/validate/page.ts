/** The report of a validation: predicted over measured by kind, and the two beside each other in each case. */
import {
  axis,
  BOUND_COLOUR,
  type Chart,
  COLOURS,
  figure,
  logAxis,
  nameAxis,
  plotText,
} from '../report/figure.ts';
import { type Html, html } from '../report/html.ts';
import { renderPage } from '../report/page.ts';
import type { Check } from './judge.ts';
import { type MetricName, metricOf } from './metrics.ts';
import { calibrationText, checkCells, countsText, orderText, SUMMARY_HEAD, summaryCells } from './text.ts';
import type { CaseReport, ValidationReport } from './validate.ts';

export function validationPage(report: ValidationReport): string {
  const run = report.cases.filter(({ checks }) => checks.length > 0);
  return renderPage({
    title: 'Measured against predicted',
    lead: html`<p>${countsText(report)}.</p>${tableHtml(SUMMARY_HEAD, report.summary.map(summaryCells))}`,
    sections: [
      { id: 'overlay', title: 'All predictions', blocks: [{ charts: kindCharts(run) }] },
      ...run.map((each) => ({ id: each.name, title: each.name, blocks: [caseBlock(each)] })),
    ],
    footer: 'docs/validation.md defines every number.',
  });
}

const tableHtml = (head: readonly string[], rows: readonly (readonly string[])[]): Html =>
  html`<table><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`;

/** One chart for each quantity, as their units differ. */
function kindCharts(cases: readonly CaseReport[]): Chart[] {
  const points = cases.flatMap(({ name, checks }) => checks.map((check) => ({ name, check })));
  const metrics = [...new Set(points.map(({ check }) => check.metric))];
  return metrics.map((metric) => {
    const of = points.filter(({ check }) => check.metric === metric);
    const names = [...new Set(of.map(({ name }) => name))];
    const values = of.flatMap(({ check }) => [check.measured, check.predicted]).filter((x) => x > 0);
    const ends = [Math.min(...values), Math.max(...values)];
    const share = metricOf(metric).share;
    const scale = (title: string) => (share ? axis(title, { range: [0, 1] }) : logAxis(title, values));
    const traces = names.map((name, i) => {
      const checks = of.filter((point) => point.name === name).map(({ check }) => check);
      return {
        type: 'scatter',
        mode: 'markers',
        name: plotText(name),
        x: checks.map(({ measured }) => measured),
        y: checks.map(({ predicted }) => predicted),
        text: checks.map(({ row }) => plotText(row)),
        marker: {
          size: 9,
          color: COLOURS[i % COLOURS.length],
          symbol: checks.map(({ verdict }) => (verdict === 'calibration' ? 'circle-open' : 'circle')),
        },
      };
    });
    const equal = {
      type: 'scatter',
      mode: 'lines',
      name: 'equal',
      x: share ? [0, 1] : ends,
      y: share ? [0, 1] : ends,
    };
    const unit = unitOf(metric);
    return {
      title: `${metric}: predicted over measured`,
      reading:
        'On the line the prediction is right; above it, it is too high. Open marks were calibrated on.',
      height: 420 + 12 * names.length,
      figure: figure(
        [{ ...equal, line: { color: BOUND_COLOUR, dash: 'dot' } }, ...traces],
        scale(`measured${unit}`),
        scale(`predicted${unit}`),
      ),
    };
  });
}

const UNITS: Record<string, string> = { time: ', s', bandwidth: ', B/s', iops: ', IOPS', bytes: ', B' };
const unitOf = (metric: MetricName): string =>
  metric === 'tokensPerSecond' ? ', tokens/s' : (UNITS[metricOf(metric).quantity] ?? '');

function caseBlock(report: CaseReport) {
  const { description, machine, source, calibrated, checks, order } = report;
  const reasons = checks.filter(({ reason }) => reason !== undefined);
  const text = html`<p>${description} ${machine}. Source: ${source}. Calibrated: ${calibrationText(report) ?? calibrated}.</p>
${tableHtml(['row', 'quantity', 'measured', 'predicted', 'error', 'verdict'], checks.map(checkCells))}
${reasons.map(({ row, verdict, reason }) => html`<p>${row}: ${verdict}: ${reason}</p>`)}
${order && html`<p>${orderText(order)}.</p>`}`;
  const metrics = [...new Set(checks.map(({ metric }) => metric))];
  return {
    html: text,
    charts: metrics.map((metric) =>
      overlay(
        metric,
        checks.filter((c) => c.metric === metric),
      ),
    ),
  };
}

function overlay(metric: MetricName, checks: readonly Check[]): Chart {
  const bars = (name: string, color: string, value: (check: Check) => number) => ({
    type: 'scatter',
    mode: 'lines+markers',
    name,
    x: checks.map(({ row }) => plotText(row)),
    y: checks.map(value),
    line: { color },
    marker: { color, size: 9 },
  });
  return {
    title: metric,
    reading: 'Measured and predicted, row by row.',
    height: 360,
    figure: figure(
      [
        bars('measured', COLOURS[1], ({ measured }) => measured),
        bars('predicted', COLOURS[2], ({ predicted }) => predicted),
      ],
      nameAxis('row'),
      axis(`${metric}${unitOf(metric)}`, { rangemode: 'tozero' }),
    ),
  };
}
