/**
 * How often each expert of each layer was asked for. Within a layer experts are sorted by popularity: the ids carry no
 * meaning, the skew does.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, figure } from '../figure.ts';
import { heatmap } from './heat.ts';

export function expertsChart(result: Result): Chart | undefined {
  const experts = result.series?.experts;
  if (!experts || experts.layers.length === 0) return undefined;
  const order = experts.requests.map((row) =>
    row.map((_, id) => id).sort((a, b) => row[b] - row[a] || a - b),
  );
  return {
    title: 'Expert popularity',
    reading:
      'Each row is a layer, its experts sorted from most to least asked for; strong colour only at the left means few experts take most requests.',
    height: Math.max(320, 160 + 5 * experts.layers.length),
    figure: figure(
      [
        heatmap(
          experts.requests.map((row, i) => order[i].map((id) => row[id])),
          'requests',
          {
            y: experts.layers,
            customdata: order,
            hovertemplate: 'layer %{y}, expert %{customdata}: %{z} requests<extra></extra>',
          },
        ),
      ],
      axis('rank of the expert within its layer'),
      axis('layer', { autorange: 'reversed' }),
    ),
  };
}
