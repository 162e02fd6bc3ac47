/** Distribution of the time to first token, by its percentiles, one line a case; the limit of the SLO is in the table. */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, type Chart, figure, legendHeight, logAxis, plotText } from '../figure.ts';
import { isServed } from './serving-load.ts';

export function ttftChart(results: readonly Result[]): Chart | undefined {
  const shown = results.filter((r) => isServed(r) && (r.series?.ttft ?? []).length > 0);
  if (shown.length === 0) return undefined;
  return {
    title: 'Time to first token',
    reading: 'The height at a time is the share of requests whose first token came at least that fast.',
    height: 380 + legendHeight(shown.map(caseName)),
    figure: figure(
      shown.map((r) => {
        const times = r.series!.ttft!.map(([, seconds]) => seconds).sort((a, b) => a - b);
        return {
          type: 'scatter',
          mode: 'lines',
          line: { shape: 'hv' },
          name: plotText(caseName(r), 80),
          x: times,
          y: times.map((_, i) => (100 * (i + 1)) / times.length),
          hovertemplate: '%{y:.3~g} % within %{x:.3~g} s<extra>%{fullData.name}</extra>',
        };
      }),
      logAxis(
        'time to first token (s)',
        shown.flatMap((r) => r.series!.ttft!.map(([, seconds]) => seconds)),
      ),
      axis('share of requests (%)', { range: [0, 101] }),
      { showlegend: shown.length > 1 },
    ),
  };
}
