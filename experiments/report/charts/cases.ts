/**
 * Prediction by case with its 95 % interval, and the lowest physical ceiling of each as a mark. Points, not bars: where
 * cases are far apart the axis is logarithmic, and has no zero for a bar to start from.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import {
  axis,
  BOUND_COLOUR,
  type Chart,
  figure,
  logAxis,
  nameAxis,
  PREDICTION_COLOUR,
  plotText,
  rowsHeight,
} from '../figure.ts';
import { significant } from '../format.ts';
import { areFarApart, bindingBound } from '../ranking.ts';

export function casesChart(results: readonly Result[]): Chart {
  const y = results.map((r) => plotText(caseName(r)));
  const rates = results.map((r) => r.tokensPerSecond.mean);
  const bounds = results.map(bindingBound);
  const ceilings = bounds.map((bound) => bound?.tokensPerSecond ?? null);
  const far = areFarApart(results);
  const all = [...rates, ...ceilings.filter((ceiling) => ceiling !== null)];
  return {
    title: 'Prediction by case',
    reading:
      'Points are predicted tokens/s with their 95 % interval; the upright mark is the lowest physical ceiling of that case.',
    height: rowsHeight(results.length, 32),
    figure: figure(
      [
        {
          type: 'scatter',
          mode: 'markers',
          name: 'lowest bound',
          x: ceilings,
          y,
          customdata: bounds.map((bound) => (bound ? plotText(`${bound.resource}: ${bound.detail}`) : '')),
          marker: { symbol: 'line-ns-open', size: 18, line: { width: 3 }, color: BOUND_COLOUR },
          hovertemplate: '%{x:.3~g} tokens/s<br>%{customdata}<extra></extra>',
        },
        {
          type: 'scatter',
          mode: 'markers+text',
          name: 'prediction',
          x: rates,
          y,
          error_x: {
            type: 'data',
            array: results.map(({ tokensPerSecond: { mean, ci95 } }) => (ci95 ? ci95[1] - mean : 0)),
            arrayminus: results.map(({ tokensPerSecond: { mean, ci95 } }) => (ci95 ? mean - ci95[0] : 0)),
            thickness: 1.5,
            width: 4,
          },
          marker: { color: PREDICTION_COLOUR, size: 11 },
          text: rates.map((rate) => `${significant(rate)}   `),
          textposition: 'middle left',
          cliponaxis: false,
          hovertemplate: '%{y}: %{text} tokens/s<extra></extra>',
        },
      ],
      far ? logAxis('tokens/s', all, 2) : axis('tokens/s', { range: [0, Math.max(...all) * 1.06] }),
      nameAxis('', { autorange: 'reversed', showgrid: true }),
    ),
  };
}
