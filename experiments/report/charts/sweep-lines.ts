/**
 * Tokens/s along one swept number, one line for each combination of the other keys, with 95 % intervals.
 * Nothing where the keys vary together, so that no line has two points.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, figure, legendHeight, plotText } from '../figure.ts';
import { type SweptKey, valueText } from '../swept-keys.ts';

export function sweepLinesChart(
  results: readonly Result[],
  along: SweptKey,
  others: readonly SweptKey[],
): Chart | undefined {
  const lines = new Map<string, Result[]>();
  for (const result of results) {
    const name = others.map(({ key }) => `${key} = ${valueText(result.point[key])}`).join(', ');
    lines.set(name, [...(lines.get(name) ?? []), result]);
  }
  if (lines.size === results.length) return undefined;
  const trace = ([name, members]: [string, Result[]]) => {
    const sorted = [...members].sort((a, b) => Number(a.point[along.key]) - Number(b.point[along.key]));
    const means = sorted.map((r) => r.tokensPerSecond.mean);
    return {
      type: 'scatter',
      mode: 'lines+markers',
      name: plotText(name, 80),
      x: sorted.map((r) => r.point[along.key]),
      y: means,
      error_y: {
        type: 'data',
        array: sorted.map((r, i) => (r.tokensPerSecond.ci95?.[1] ?? means[i]) - means[i]),
        arrayminus: sorted.map((r, i) => means[i] - (r.tokensPerSecond.ci95?.[0] ?? means[i])),
        thickness: 1,
        width: 3,
      },
      customdata: sorted.map((r) => plotText(r.binding)),
      hovertemplate: '%{x}: %{y:.3~g} tokens/s, %{customdata} binds<extra>%{fullData.name}</extra>',
    };
  };
  return {
    title: `Tokens/s over ${along.key}`,
    reading: 'A line that flattens has met another limit; bars through the points are 95 % intervals.',
    height: 420 + legendHeight([...lines.keys()]),
    figure: figure(
      [...lines].map(trace),
      axis(plotText(along.key, 80)),
      axis('tokens/s', { rangemode: 'tozero' }),
      { showlegend: others.length > 0 },
    ),
  };
}
