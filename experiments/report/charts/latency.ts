/**
 * Cumulative distribution of device command latency, one line a case, on a logarithmic time axis.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, type Chart, columns, figure, legendHeight, logAxis, plotText } from '../figure.ts';

export function latencyChart(results: readonly Result[]): Chart | undefined {
  const shown = results.filter((r) => (r.series?.latencyCdf ?? []).length > 0);
  if (shown.length === 0) return undefined;
  return {
    title: 'Read latency',
    reading:
      'The height at a latency is the share of device commands that were at least that fast; a long flat end is the tail.',
    height: 380 + legendHeight(shown.map(caseName)),
    figure: figure(
      shown.map((r) => ({
        type: 'scatter',
        mode: 'lines',
        name: plotText(caseName(r), 80),
        ...columns(r.series!.latencyCdf!, 1e-6, 0.01),
        hovertemplate: '%{y:.4~g} % within %{x:.4~g} µs<extra>%{fullData.name}</extra>',
      })),
      logAxis(
        'latency of a device command (µs)',
        shown.flatMap((r) => r.series!.latencyCdf!.map(([seconds]) => seconds * 1e6)),
      ),
      axis('share of commands (%)', { range: [0, 101] }),
      { showlegend: shown.length > 1 },
    ),
  };
}
