/**
 * Two tokens as a Gantt chart: a row per lane, a bar per piece of work, coloured by kind.
 */
import type { Result, Span, SpanKind } from '../../result.ts';
import { axis, type Chart, figure, nameAxis, plotText, rowsHeight, SPANS } from '../figure.ts';

const KINDS = Object.keys(SPANS) as SpanKind[];
/** The close-up starts here and is this long, in parts of the two tokens: a few of some sixty layers. */
const CLOSE_UP = { start: 0.2, length: 1 / 30 };
/** Fewer spans than this are told apart without one. */
const CROWDED = 100;

/** Lanes that compute first, then by name with numbers in order. */
const lanesOf = (spans: readonly Span[]): string[] => {
  const names = [...new Set(spans.map(({ lane }) => lane))];
  const working = new Set(spans.filter(({ kind }) => kind === 'compute').map(({ lane }) => lane));
  const rank = (lane: string) => (working.has(lane) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }));
};

function gantt(
  spans: readonly Span[],
  lanes: readonly string[],
  range: [number, number],
  title: string,
): Chart {
  const shown = spans.filter(({ start, end }) => end >= range[0] && start <= range[1]);
  const trace = (kind: SpanKind) => {
    const mine = shown.filter((span) => span.kind === kind);
    return {
      type: 'bar',
      orientation: 'h',
      name: kind,
      base: mine.map(({ start }) => start * 1e3),
      x: mine.map(({ start, end }) => (end - start) * 1e3),
      y: mine.map(({ lane }) => plotText(lane)),
      text: mine.map(({ name }) => plotText(name)),
      textposition: 'none',
      width: 0.8,
      marker: {
        color: SPANS[kind],
        opacity: kind === 'read' || kind === 'prefetch' ? 0.75 : 1,
        line: { width: 0 },
      },
      hovertemplate: '%{text}: %{x:.3~g} ms from %{base:.5~g} ms<extra>%{fullData.name}</extra>',
    };
  };
  return {
    title,
    reading:
      'Each row is the program, a drive or one of the reads in flight; grey is waiting. Drag to zoom in, double-click to go back.',
    height: rowsHeight(lanes.length, 30),
    figure: figure(
      KINDS.filter((kind) => shown.some((span) => span.kind === kind)).map(trace),
      axis('time since the first token began (ms)', { range: range.map((t) => t * 1e3) }),
      nameAxis('', {
        categoryorder: 'array',
        categoryarray: lanes.map((lane) => plotText(lane)),
        autorange: 'reversed',
      }),
      { barmode: 'overlay', bargap: 0.1 },
    ),
  };
}

/** The two tokens, and a few layers from their middle; nothing where the run kept no timeline. */
export function timelineCharts(result: Result): Chart[] {
  const spans = result.series?.timeline ?? [];
  if (spans.length === 0) return [];
  const lanes = lanesOf(spans);
  const end = spans.reduce((latest, span) => Math.max(latest, span.end), 0);
  const charts = [gantt(spans, lanes, [0, end], 'Two tokens')];
  if (spans.length > CROWDED) {
    const from = end * CLOSE_UP.start;
    charts.push(gantt(spans, lanes, [from, from + end * CLOSE_UP.length], 'A few layers of the first'));
  }
  return charts;
}
