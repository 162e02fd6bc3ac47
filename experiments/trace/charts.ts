/**
 * Charts of a measured trace: where it reads over time (each request, and as a heat map), bandwidth and depth over time,
 * request sizes, latency.
 */
import { accessMap, type BlockTrace, type TraceStatistics } from '../../workloads/traces/index.ts';
import { heatmap } from '../report/charts/heat.ts';
import {
  axis,
  BOUND_COLOUR,
  type Chart,
  COLOURS,
  columns,
  figure,
  logAxis,
  nameAxis,
  SPANS,
} from '../report/figure.ts';
import { formatBandwidth, formatRequest } from '../report/format.ts';

/** More marks than this make a page slow; the heat map holds every request. */
const MARKS = 8000;
const CELLS = 160;
const SIZES = 16;
const MEGABYTE = 1e6;
const GIGABYTE = 1e9;

export function traceCharts(statistics: TraceStatistics, trace: BlockTrace): Chart[] {
  const range = centralOffsets(trace);
  const charts = [
    accessChart(trace, range),
    heatChart(trace, range),
    bandwidthChart(statistics),
    depthChart(statistics),
    sizesChart(statistics),
    latencyChart(statistics),
  ];
  return charts.filter((chart) => chart !== undefined);
}

type Range = readonly [number, number];

/** Share of the requests at either end that may lie apart, and how far apart, before they are left out of the maps. */
const STRAY = 0.005;
const APART = 4;

/** The offsets worth showing: a few strays (a file system's own blocks) must not squeeze the rest into one line. */
function centralOffsets(trace: BlockTrace): Range {
  const offsets = Float64Array.from({ length: trace.length }, (_, row) => trace.offsetOf(row))
    .filter((offset) => !Number.isNaN(offset))
    .sort();
  if (offsets.length === 0) return [0, Infinity];
  const [low, high] = [STRAY, 1 - STRAY].map((share) => offsets[Math.floor(share * (offsets.length - 1))]);
  const span = high - low;
  const all = offsets[offsets.length - 1] - offsets[0];
  return span > 0 && all > APART * span ? [low - span / 50, high + span / 50] : [0, Infinity];
}

const strays = (range: Range): string =>
  range[1] < Infinity ? ' Less than 1 % of requests, far from the others, are not shown.' : '';

function accessChart(trace: BlockTrace, range: Range): Chart | undefined {
  const every = Math.ceil(trace.length / MARKS);
  const shown = Array.from({ length: Math.floor(trace.length / (every || 1)) }, (_, i) => i * every).filter(
    (row) =>
      trace.offsetOf(row) >= range[0] && trace.offsetOf(row) <= range[1] && !Number.isNaN(trace.timeOf(row)),
  );
  if (shown.length === 0) return undefined;
  const sampled = every > 1 ? ` One request in ${every} is shown.` : '';
  return {
    title: 'Access map',
    reading: `Each mark is a request at its offset: lines that rise are sequential, scattered marks are random access.${sampled}${strays(range)}`,
    height: 480,
    figure: figure(
      trace.devices.names.map((name, device) => {
        const own = shown.filter((row) => trace.deviceOf(row) === device);
        return {
          type: 'scatter',
          mode: 'markers',
          name: name === '' ? 'not named' : name,
          x: own.map((row) => trace.timeOf(row) / 1e12),
          y: own.map((row) => trace.offsetOf(row) / GIGABYTE),
          customdata: own.map((row) => formatRequest(trace.bytesOf(row))),
          marker: { size: 3, color: COLOURS[device % COLOURS.length], opacity: 0.7 },
          hovertemplate: '%{x:.6~g} s, %{y:.6~g} GB: %{customdata}<extra></extra>',
        };
      }),
      axis('time (s)'),
      axis('offset (GB)'),
      { showlegend: trace.devices.names.length > 1 },
    ),
  };
}

function heatChart(trace: BlockTrace, range: Range): Chart | undefined {
  const { times, offsets, bytes } = accessMap(trace, CELLS, CELLS, range);
  if (times.length === 0) return undefined;
  return {
    title: 'Heat map',
    reading: `Bytes read by time and offset; a row that stays dark is a hot region, an empty one is cold.${strays(range)}`,
    height: 480,
    figure: figure(
      [
        heatmap(
          bytes.map((row) => row.map((sum) => (sum > 0 ? sum / MEGABYTE : null))),
          'MB',
          {
            x: times,
            y: offsets.map((offset) => offset / GIGABYTE),
            hovertemplate: '%{x:.4~g} s, %{y:.5~g} GB: %{z:.3~g} MB<extra></extra>',
          },
        ),
      ],
      axis('time (s)'),
      axis('offset (GB)'),
    ),
  };
}

function overTimeChart(
  title: string,
  reading: string,
  label: string,
  binSeconds: number,
  values: number[],
  mean: [string, number],
): Chart | undefined {
  if (!values.some((value) => value > 0)) return undefined;
  const points = values.map((value, bin): [number, number] => [bin * binSeconds, value]);
  const end = values.length * binSeconds;
  return {
    title,
    reading,
    height: 320,
    figure: figure(
      [
        {
          type: 'scatter',
          mode: 'lines',
          name: label,
          line: { shape: 'hv', color: SPANS.read, width: 1.5 },
          ...columns(points),
        },
        {
          type: 'scatter',
          mode: 'lines',
          name: mean[0],
          x: [0, end],
          y: [mean[1], mean[1]],
          line: { dash: 'dash', color: BOUND_COLOUR },
          hoverinfo: 'name',
        },
      ],
      axis('time (s)'),
      axis(label, { rangemode: 'tozero' }),
    ),
  };
}

const bandwidthChart = ({ overTime, bytesPerSecond }: TraceStatistics): Chart | undefined =>
  overTimeChart(
    'Bandwidth over time',
    'Bytes per second; the dashed line is the mean of the whole trace, stalls included.',
    'bandwidth (GB/s)',
    overTime.binSeconds,
    overTime.bytesPerSecond.map((rate) => rate / GIGABYTE),
    [`mean ${formatBandwidth(bytesPerSecond)}`, bytesPerSecond / GIGABYTE],
  );

const depthChart = ({ overTime, queueDepth, completedShare }: TraceStatistics): Chart | undefined =>
  overTimeChart(
    'Requests in flight over time',
    completedShare < 1
      ? 'Only requests whose completion was recorded count in the line; the dashed mean is rate times latency.'
      : 'Requests issued and not yet completed; a mean far below the peak is bursts that drain.',
    'requests in flight',
    overTime.binSeconds,
    overTime.queueDepth,
    [`mean ${queueDepth.mean.toPrecision(3)}`, queueDepth.mean],
  );

function sizesChart({ requestBytes, requests }: TraceStatistics): Chart | undefined {
  const shown = requestBytes.histogram.slice(0, SIZES).sort((a, b) => a[0] - b[0]);
  if (shown.length === 0) return undefined;
  return {
    title: 'Request sizes',
    reading: 'The most frequent sizes and their shares of all requests.',
    height: 320,
    figure: figure(
      [
        {
          type: 'bar',
          x: shown.map(([size]) => formatRequest(size)),
          y: shown.map(([, count]) => (count * 100) / requests),
          marker: { color: COLOURS[0] },
        },
      ],
      nameAxis('request size'),
      axis('share of requests (%)', { rangemode: 'tozero' }),
    ),
  };
}

function latencyChart({ latencySeconds }: TraceStatistics): Chart | undefined {
  const { cdf } = latencySeconds;
  if (!cdf.some(([seconds]) => seconds > 0)) return undefined;
  return {
    title: 'Latency',
    reading: 'The height at a latency is the share of requests that were at least that fast.',
    height: 360,
    figure: figure(
      [{ type: 'scatter', mode: 'lines', ...columns(cdf, 1e-6, 0.01) }],
      logAxis(
        'latency (µs)',
        cdf.map(([seconds]) => seconds * 1e6),
      ),
      axis('share of requests (%)', { range: [0, 101] }),
    ),
  };
}
