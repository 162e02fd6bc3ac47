/**
 * The ceiling of every resource beside the prediction, on a logarithmic axis: they span decades.
 */
import type { Result } from '../../result.ts';
import {
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

export function boundsChart(result: Result): Chart | undefined {
  const rows = [
    { name: 'prediction', rate: result.tokensPerSecond.mean, detail: 'this run', colour: PREDICTION_COLOUR },
    ...result.bounds.map((b) => ({
      name: b.resource,
      rate: b.tokensPerSecond,
      detail: b.detail,
      colour: BOUND_COLOUR,
    })),
  ].filter(({ rate }) => rate > 0);
  if (result.bounds.length === 0) return undefined;
  return {
    title: 'Ceilings and prediction',
    reading: 'The tokens/s that each resource alone would allow; the prediction cannot lie above the lowest.',
    height: rowsHeight(rows.length, 30),
    figure: figure(
      [
        {
          type: 'scatter',
          mode: 'markers+text',
          x: rows.map(({ rate }) => rate),
          y: rows.map(({ name }) => plotText(name)),
          text: rows.map(({ rate }) => `  ${significant(rate)}`),
          textposition: 'middle right',
          cliponaxis: false,
          customdata: rows.map(({ detail }) => plotText(detail)),
          marker: { size: 13, color: rows.map(({ colour }) => colour) },
          hovertemplate: '%{y}: %{x:.3~g} tokens/s<br>%{customdata}<extra></extra>',
        },
      ],
      logAxis(
        'tokens/s',
        rows.map(({ rate }) => rate),
      ),
      nameAxis('resource', { autorange: 'reversed', showgrid: true }),
      { showlegend: false },
    ),
  };
}
