/**
 * Time of each token in order: the warm-up transient and the spread.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, columns, figure, PREDICTION_COLOUR } from '../figure.ts';

export function tokenTimesChart(result: Result): Chart | undefined {
  const points = result.series?.tokenSeconds ?? [];
  if (points.length === 0) return undefined;
  const { warmup } = result.tokens;
  const shade = {
    type: 'rect',
    yref: 'paper',
    x0: -0.5,
    x1: warmup - 0.5,
    y0: 0,
    y1: 1,
    layer: 'below',
    line: { width: 0 },
  };
  return {
    title: 'Token times',
    reading:
      'Each point is one token; the shaded ones at the left are warm-up and are left out of every mean.',
    height: 320,
    figure: figure(
      [
        {
          type: 'scatter',
          mode: 'lines+markers',
          ...columns(points, 1, 1e-3),
          line: { color: PREDICTION_COLOUR, width: 1 },
          marker: { size: 5 },
          hovertemplate: 'token %{x}: %{y:.4~g} ms<extra></extra>',
        },
      ],
      axis('token'),
      axis('time (ms)', { rangemode: 'tozero' }),
      { showlegend: false, shapes: warmup > 0 ? [{ ...shade, fillcolor: 'rgba(123,135,148,0.18)' }] : [] },
    ),
  };
}
