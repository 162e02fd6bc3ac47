/**
 * Miss ratio over capacity for several policies on this run's requests, MIN among them.
 */
import type { Result } from '../../result.ts';
import { axis, BOUND_COLOUR, type Chart, columns, figure, plotText } from '../figure.ts';

export function missRatioCurvesChart(result: Result): Chart | undefined {
  const { missRatioCurves: curves = [], capacityBytes = 0 } = result.cache ?? {};
  if (curves.length === 0) return undefined;
  return {
    title: 'Miss ratio curves',
    reading:
      'How the miss ratio falls with capacity under each policy; the distance to MIN is regret, the dotted line is this run’s capacity.',
    height: 380,
    figure: figure(
      curves.map(({ policy, points }) => ({
        type: 'scatter',
        mode: 'lines+markers',
        name: plotText(policy),
        ...columns(points, 1e9, 0.01),
        hovertemplate: '%{x:.4~g} GB: %{y:.3~g} % missed<extra>%{fullData.name}</extra>',
      })),
      axis('capacity (GB)', { rangemode: 'tozero' }),
      axis('miss ratio (%)', { rangemode: 'tozero' }),
      {
        shapes: [
          {
            type: 'line',
            x0: capacityBytes / 1e9,
            x1: capacityBytes / 1e9,
            yref: 'paper',
            y0: 0,
            y1: 1,
            line: { dash: 'dot', width: 1, color: BOUND_COLOUR },
          },
        ],
      },
    ),
  };
}
