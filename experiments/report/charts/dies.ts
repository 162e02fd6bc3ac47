/**
 * How busy each NAND die is over time.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, figure, nameAxis, plotText } from '../figure.ts';
import { heatmap } from './heat.ts';

export function diesChart(result: Result): Chart | undefined {
  const dies = result.series?.dies;
  if (!dies || dies.names.length === 0) return undefined;
  return {
    title: 'Dies over time',
    reading: 'Busy share of each die; single rows that stand out are dies that collide while others idle.',
    height: Math.min(1200, Math.max(320, 160 + 5 * dies.names.length)),
    figure: figure(
      [
        heatmap(
          dies.utilisation.map((row) => row.map((share) => share * 100)),
          '% busy',
          {
            x: dies.seconds,
            y: dies.names.map((name) => plotText(name)),
            hovertemplate: '%{y} at %{x:.4~g} s: %{z:.3~g} % busy<extra></extra>',
          },
        ),
      ],
      axis('simulated time (s)'),
      nameAxis('die', { autorange: 'reversed' }),
    ),
  };
}
