/**
 * Time to first token and goodput over the offered load: the knee where requests begin to queue. One line a combination
 * of the other swept keys.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, COLOURS, figure, legendHeight, logAxis, plotText } from '../figure.ts';
import { sweptKeys, valueText } from '../swept-keys.ts';

type Served = Result & { serving: NonNullable<Result['serving']> };
export const isServed = (r: Result): r is Served => r.serving !== undefined;

const rateOf = ({ serving }: Served) => serving.offeredPerSecond;

/** Each value of the key has its own rate: the key is the rate, or the name of a case that sets it. */
function isRate(key: string, results: readonly Served[]): boolean {
  const ratesOf = new Map<string, Set<number>>();
  for (const r of results) {
    const value = valueText(r.point[key]);
    ratesOf.set(value, (ratesOf.get(value) ?? new Set()).add(rateOf(r)));
  }
  return (
    [...ratesOf.values()].every(({ size }) => size === 1) &&
    new Set(results.map(rateOf)).size === ratesOf.size
  );
}

/** The results by what else is swept, each by rate; only where rates differ. */
function linesOf(results: readonly Result[]): [string, Served[]][] {
  const served = results.filter(isServed);
  const others = sweptKeys(served).filter(({ key }) => !isRate(key, served));
  const lines = new Map<string, Served[]>();
  for (const result of served) {
    const name = others.map(({ key }) => `${key} = ${valueText(result.point[key])}`).join(', ');
    lines.set(name, [...(lines.get(name) ?? []), result]);
  }
  return [...lines]
    .filter(([, line]) => new Set(line.map(rateOf)).size > 1)
    .map(([name, line]) => [name, line.sort((a, b) => rateOf(a) - rateOf(b))]);
}

const RATE_AXIS = axis('requests offered (1/s)', { rangemode: 'tozero' });

export function ttftOverLoadChart(results: readonly Result[]): Chart | undefined {
  const lines = linesOf(results);
  if (lines.length === 0) return undefined;
  const trace = (line: Served[], name: string, percentile: 'p50' | 'p99', colour: string) => ({
    type: 'scatter',
    mode: 'lines+markers',
    name: plotText([percentile, name].filter(Boolean).join(', '), 80),
    x: line.map(({ serving }) => serving.offeredPerSecond),
    y: line.map(({ serving }) => serving.ttftSeconds[percentile]),
    line: { color: colour, dash: percentile === 'p99' ? 'dash' : 'solid' },
    hovertemplate: '%{x:.3~g}/s: %{y:.3~g} s<extra>%{fullData.name}</extra>',
  });
  const traces = lines.flatMap(([name, line], i) =>
    (['p50', 'p99'] as const).map((p) => trace(line, name, p, COLOURS[i % COLOURS.length])),
  );
  return {
    title: 'Time to first token over load',
    reading: 'Flat while requests find room; behind the knee they queue, and longer the longer the run.',
    height: 400 + legendHeight(traces.map(({ name }) => name)),
    figure: figure(
      traces,
      RATE_AXIS,
      logAxis(
        'time to first token (s)',
        traces.flatMap(({ y }) => y),
      ),
    ),
  };
}

export function goodputChart(results: readonly Result[]): Chart | undefined {
  const lines = linesOf(results.filter((r) => r.serving?.slo));
  if (lines.length === 0) return undefined;
  const trace = (
    line: Served[],
    name: string,
    dash: string,
    of: (s: Served['serving']) => number,
    i: number,
  ) => ({
    type: 'scatter',
    mode: 'lines+markers',
    name: plotText(name, 80),
    x: line.map(({ serving }) => serving.offeredPerSecond),
    y: line.map(({ serving }) => of(serving)),
    line: { color: COLOURS[i % COLOURS.length], dash },
    hovertemplate: '%{x:.3~g}/s offered: %{y:.3~g}/s<extra>%{fullData.name}</extra>',
  });
  const traces = lines.flatMap(([name, line], i) => [
    trace(line, ['goodput', name].filter(Boolean).join(', '), 'solid', (s) => s.slo!.goodput, i),
    trace(line, ['completed', name].filter(Boolean).join(', '), 'dot', (s) => s.requestsPerSecond, i),
  ]);
  return {
    title: 'Goodput over load',
    reading:
      'Requests a second that meet the limits on TTFT and TPOT; it falls where they queue, while the machine still completes as many.',
    height: 400 + legendHeight(traces.map(({ name }) => name)),
    figure: figure(traces, RATE_AXIS, axis('requests (1/s)', { rangemode: 'tozero' })),
  };
}
