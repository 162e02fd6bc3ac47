/**
 * Tokens/s over two swept keys.
 */
import type { Result } from '../../result.ts';
import { type Chart, figure, nameAxis, plotText, rowsHeight } from '../figure.ts';
import { significant } from '../format.ts';
import { type SweptKey, valueText } from '../swept-keys.ts';
import { heatmap } from './heat.ts';

export function sweepHeatmapChart(results: readonly Result[], across: SweptKey, down: SweptKey): Chart {
  const rates = new Map(
    results.map((r) => [
      `${valueText(r.point[across.key])}\0${valueText(r.point[down.key])}`,
      r.tokensPerSecond.mean,
    ]),
  );
  const z = down.values.map((row) =>
    across.values.map((column) => rates.get(`${valueText(column)}\0${valueText(row)}`) ?? null),
  );
  const names = (key: SweptKey, width: number) =>
    key.values.map((value) => plotText(valueText(value), width));
  return {
    title: `Tokens/s over ${across.key} and ${down.key}`,
    reading: 'Each cell is one point of the sweep; the stronger the colour, the faster.',
    height: rowsHeight(down.values.length, 44),
    figure: figure(
      [
        heatmap(z, 'tokens/s', {
          x: names(across, 14),
          y: names(down, 24),
          showscale: false,
          text: z.map((row) => row.map((rate) => (rate === null ? '' : significant(rate)))),
          texttemplate: '%{text}',
          hovertemplate: '%{x}, %{y}: %{z:.3~g} tokens/s<extra></extra>',
        }),
      ],
      nameAxis(plotText(across.key, 80)),
      nameAxis(plotText(down.key, 30), { autorange: 'reversed' }),
    ),
  };
}
