/**
 * What every chart shares: plotly's figure, axes that name their unit, one colour per meaning on all charts.
 */
import type { SpanKind, TimePart } from '../result.ts';
import { integer } from './format.ts';
import { escapeHtml } from './html.ts';

/** A plotly figure, as plain data. */
export interface Figure {
  readonly data: readonly object[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** A figure with its title, one sentence on how to read it, and its height in CSS pixels. */
export interface Chart {
  readonly title: string;
  readonly reading: string;
  readonly figure: Figure;
  readonly height: number;
}

/** Okabe and Ito's palette, safe for colour-blind readers, a little calmer; legible on white and on near-black. */
export const COLOURS = [
  '#3a7ebf',
  '#dd8d29',
  '#2a9d80',
  '#b5659f',
  '#5fb3dd',
  '#c2562f',
  '#8a8d3b',
  '#7f6bb3',
  '#7b8794',
];

const [BLUE, ORANGE, GREEN, PURPLE, SKY, RED, , , GREY] = COLOURS;
export const BOUND_COLOUR = GREY;
export const PREDICTION_COLOUR = GREEN;
export const PARTS: Record<TimePart, { name: string; colour: string }> = {
  compute: { name: 'compute', colour: BLUE },
  exposedIo: { name: 'exposed I/O', colour: ORANGE },
  software: { name: 'software', colour: PURPLE },
  reclaim: { name: 'reclaim', colour: RED },
  other: { name: 'other', colour: GREY },
};
export const TIME_PARTS = Object.keys(PARTS) as TimePart[];
export const SPANS: Record<SpanKind, string> = {
  compute: BLUE,
  read: ORANGE,
  prefetch: GREEN,
  wait: '#c9cdd3',
  software: PURPLE,
};
/** From "wanted" to "thrown away". */
export const PREFETCH_COLOURS = [GREEN, SKY, RED, GREY, '#c9cdd3'];

/** A name from a file as plotly text: tags shown, not obeyed; long ones broken into lines of about `width`. */
export function plotText(name: string, width = 44): string {
  const lines: string[] = [''];
  for (const word of name.split(' ')) {
    const last = lines[lines.length - 1];
    if (last && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.map((text) => escapeHtml(text)).join('<br>');
}

/** An axis with its title, the unit included. */
export const axis = (title: string, more: object = {}): object => ({
  title: { text: title, standoff: 10 },
  automargin: true,
  ...more,
});

/**
 * A logarithmic axis over these values, labelled in full at 1, 2 and 5 of each decade.
 * @param room factor by which the axis begins below the least value, for text beside its mark
 */
export function logAxis(title: string, values: readonly number[], room = 1.15): object {
  const positive = values.filter((x) => x > 0);
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  const low = Math.floor(Math.log10(least / room));
  const decades = Math.ceil(Math.log10(most)) - low + 1;
  const ticks = Array.from({ length: decades }, (_, i) =>
    [1, 2, 5].map((digit) => digit * 10 ** (low + i)),
  ).flat();
  const wide = decades > 4;
  const tickvals = wide ? ticks.filter((_, i) => i % 3 === 0) : ticks;
  const range = [Math.log10(least / room), Math.log10(most * 1.15)];
  return axis(`${title}, logarithmic`, { type: 'log', range, tickvals, ticktext: tickvals.map(tickText) });
}

const tickText = (x: number): string => (x >= 1 ? integer(x) : String(Number(x.toPrecision(1))));

/** An axis of names, in the order given, never taken for dates or numbers. */
export const nameAxis = (title: string, more: object = {}): object =>
  axis(title, { type: 'category', ...more });

/** A figure over two axes. */
export const figure = (data: readonly object[], xaxis: object, yaxis: object, more: object = {}): Figure => ({
  data,
  layout: { xaxis, yaxis, ...more },
});

/** Height of a chart with one bar or row per name. */
export const rowsHeight = (rows: number, each = 38): number => 150 + rows * each;

/** What a legend of these names adds to a chart's height, at about 7 px a letter on a page 850 px wide. */
export const legendHeight = (names: readonly string[]): number =>
  20 * Math.floor(names.reduce((sum, name) => sum + 7 * name.length + 50, 0) / 850);

/** A line [x, y][] as plotly's two columns, scaled to the axes' units. */
export const columns = (points: readonly (readonly [number, number])[], xUnit = 1, yUnit = 1) => ({
  x: points.map(([x]) => x / xUnit),
  y: points.map(([, y]) => y / yUnit),
});
