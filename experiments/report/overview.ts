/**
 * What compares the cases of an experiment or the points of a sweep.
 */
import type { Result } from '../result.ts';
import { casesTable, servingTable } from './cases-table.ts';
import { casesChart } from './charts/cases.ts';
import { causesChart } from './charts/causes.ts';
import { hitRatioChart } from './charts/hit-ratio.ts';
import { hitRatioOverTokensChart } from './charts/hit-ratio-over-tokens.ts';
import { latencyChart } from './charts/latency.ts';
import { paretoChart } from './charts/pareto.ts';
import { prefetchChart } from './charts/prefetch.ts';
import { goodputChart, ttftOverLoadChart } from './charts/serving-load.ts';
import { sweepHeatmapChart } from './charts/sweep-heatmap.ts';
import { sweepLinesChart } from './charts/sweep-lines.ts';
import { timePartsChart } from './charts/time-parts.ts';
import { ttftChart } from './charts/ttft.ts';
import type { Chart } from './figure.ts';
import { type Html, html } from './html.ts';
import { only, type Section } from './page.ts';
import { MAX_BARS, MAX_DETAILED, MAX_LINES, spread } from './selection.ts';
import { sweptKeys } from './swept-keys.ts';

function sweepCharts(results: readonly Result[]): (Chart | undefined)[] {
  const keys = sweptKeys(results);
  const lines = keys
    .filter(({ numeric }) => numeric)
    .map((key) =>
      sweepLinesChart(
        results,
        key,
        keys.filter((other) => other !== key),
      ),
    );
  const heat = keys.length === 2 ? [sweepHeatmapChart(results, keys[1], keys[0])] : [];
  return [...lines, ...heat];
}

const leftOut = (total: number): Html | undefined =>
  total > MAX_LINES
    ? html`<p class="note">Charts with a line for each case show at most ${MAX_LINES} of the ${total} points, those with a row
      ${MAX_BARS}, and ${MAX_DETAILED} can be chosen one by one; they are spread evenly by rate. The table and the sweep show all.</p>`
    : undefined;

/** What compares the cases: nothing but the table where there is one. */
export function overview(results: readonly Result[]): Section[] {
  const table = {
    id: 'table',
    title: 'Prediction',
    blocks: [{ html: html`${casesTable(results)}${servingTable(results)}${leftOut(results.length)}` }],
  };
  if (results.length === 1) return [table];
  const bars = spread(results, MAX_BARS);
  const lines = spread(results, MAX_LINES);
  const section = (id: string, title: string, ...charts: (Chart | undefined)[]): Section[] =>
    charts.some((chart) => chart) ? [{ id, title, blocks: [only(...charts)] }] : [];
  return [
    table,
    ...section('sweep', 'Sweep', ...sweepCharts(results)),
    ...section('load', 'Load', ttftOverLoadChart(results), goodputChart(results), ttftChart(lines)),
    ...section('compare', 'Cases side by side', casesChart(bars), timePartsChart(bars), paretoChart(results)),
    ...section(
      'compare-cache',
      'Caches side by side',
      hitRatioChart(bars),
      hitRatioOverTokensChart(lines),
      prefetchChart(bars),
    ),
    ...section('compare-storage', 'Reads side by side', latencyChart(lines), causesChart(bars)),
  ];
}
