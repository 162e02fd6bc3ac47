/**
 * Prediction by case with its 95 % interval, and the lowest physical ceiling of each as a mark.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import {
  axis,
  BOUND_COLOUR,
  type Chart,
  figure,
  nameAxis,
  PREDICTION_COLOUR,
  plotText,
  rowsHeight,
} from '../figure.ts';
import { significant } from '../format.ts';

export function casesChart(results: readonly Result[]): Chart {
  const y = results.map((r) => plotText(caseName(r)));
  const x = results.map((r) => r.tokensPerSecond.mean);
  const above = results.map(({ tokensPerSecond: { mean, ci95 } }) => (ci95 ? ci95[1] - mean : 0));
  const below = results.map(({ tokensPerSecond: { mean, ci95 } }) => (ci95 ? mean - ci95[0] : 0));
  const bounds = results.map((r) => r.bounds.find(({ resource }) => resource === r.binding));
  return {
    title: 'Prediction by case',
    reading:
      'Bars are predicted tokens/s with their 95 % interval; the mark is the lowest physical ceiling of that case.',
    height: rowsHeight(results.length),
    figure: figure(
      [
        {
          type: 'bar',
          orientation: 'h',
          name: 'prediction',
          x,
          y,
          error_x: {
            type: 'data',
            array: above,
            arrayminus: below,
            color: BOUND_COLOUR,
            thickness: 1.5,
            width: 4,
          },
          marker: { color: PREDICTION_COLOUR },
          text: x.map((rate) => significant(rate)),
          textposition: 'inside',
          insidetextanchor: 'start',
          textangle: 0,
          hovertemplate: '%{y}: %{text} tokens/s<extra></extra>',
        },
        {
          type: 'scatter',
          mode: 'markers',
          name: 'lowest bound',
          x: bounds.map((bound) => bound?.tokensPerSecond ?? null),
          y,
          customdata: bounds.map((bound) => (bound ? plotText(`${bound.resource}: ${bound.detail}`) : '')),
          marker: { symbol: 'line-ns-open', size: 20, line: { width: 3 }, color: BOUND_COLOUR },
          hovertemplate: '%{x:.3~g} tokens/s<br>%{customdata}<extra></extra>',
        },
      ],
      axis('tokens/s', { rangemode: 'tozero' }),
      nameAxis('', { autorange: 'reversed' }),
    ),
  };
}
