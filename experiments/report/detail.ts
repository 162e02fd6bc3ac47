/**
 * One result in full, subject by subject.
 */
import type { Result } from '../result.ts';
import { accessMapChart } from './charts/access-map.ts';
import { boundsChart } from './charts/bounds.ts';
import { causesChart } from './charts/causes.ts';
import { diesChart } from './charts/dies.ts';
import { drivesChart } from './charts/drives.ts';
import { expertsChart } from './charts/experts.ts';
import { hitRatioChart } from './charts/hit-ratio.ts';
import { hitRatioOverTokensChart } from './charts/hit-ratio-over-tokens.ts';
import { latencyChart } from './charts/latency.ts';
import { missRatioCurvesChart } from './charts/miss-ratio-curves.ts';
import { prefetchChart } from './charts/prefetch.ts';
import { queueDepthChart } from './charts/queue-depth.ts';
import { requestSizesChart } from './charts/request-sizes.ts';
import { residencyChart } from './charts/residency.ts';
import { stationsChart } from './charts/stations.ts';
import { throughputChart } from './charts/throughput.ts';
import { timePartsChart } from './charts/time-parts.ts';
import { timelineCharts } from './charts/timeline.ts';
import { tokenTimesChart } from './charts/token-times.ts';
import { ttftChart } from './charts/ttft.ts';
import { waterfallChart } from './charts/waterfall.ts';
import { caseName } from './columns.ts';
import { explain } from './headline.ts';
import { html } from './html.ts';
import { boundsTable, numbersTables, settingsTable } from './numbers.ts';
import { type Block, only, type Section } from './page.ts';

/** One subject of the detail: a block per case that has something to say on it. */
type Subject = readonly [id: string, title: string, block: (result: Result) => Omit<Block, 'case'>];

const SUBJECTS: readonly Subject[] = [
  ['waterfall', 'From bound to prediction', (r) => only(waterfallChart(r))],
  ['bounds', 'Bounds', (r) => ({ html: boundsTable(r), ...only(boundsChart(r)) })],
  ['serving', 'Serving', (r) => only(ttftChart([r]))],
  ['time', 'Time', (r) => only(timePartsChart([r]), ...timelineCharts(r), tokenTimesChart(r))],
  [
    'storage',
    'Storage',
    (r) =>
      only(
        throughputChart(r),
        latencyChart([r]),
        requestSizesChart(r),
        queueDepthChart(r),
        drivesChart(r),
        causesChart([r]),
        stationsChart(r),
        diesChart(r),
      ),
  ],
  [
    'cache',
    'Cache and prefetch',
    (r) =>
      only(
        hitRatioChart([r]),
        hitRatioOverTokensChart([r]),
        missRatioCurvesChart(r),
        prefetchChart([r]),
        residencyChart(r),
        expertsChart(r),
      ),
  ],
  ['access', 'Access map', (r) => only(accessMapChart(r))],
  ['numbers', 'Numbers', (r) => ({ html: numbersTables(r) })],
  ['settings', 'Settings', (r) => ({ html: settingsTable(r) })],
];

/**
 * The sections; each result is one of the cases to choose from. A subject that no case has anything on is left out.
 */
export function detail(results: readonly Result[]): Section[] {
  const several = results.length > 1;
  const opening = (r: Result, first: boolean) =>
    several && html`<p class="note">Case: ${caseName(r)}</p>${first && html`<p>${explain(r)}</p>`}`;
  return SUBJECTS.flatMap(([id, title, blockOf], position) => {
    const built = results.map(blockOf);
    const filled = built.map((block) => block.html !== undefined || (block.charts ?? []).length > 0);
    if (!filled.includes(true)) return [];
    const blocks = built.map((block, i): Block => {
      const text = filled[i] ? block.html : html`<p class="note">Nothing to show for this case.</p>`;
      return { ...block, case: i, html: html`${opening(results[i], position === 0)}${text}` };
    });
    return [{ id, title, blocks }];
  });
}
