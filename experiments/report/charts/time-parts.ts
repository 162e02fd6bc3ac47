/**
 * Where the time of a token goes: the fractions of wall time stacked, one bar a case: as milliseconds per token, or as
 * shares where the cases' token times are too far apart for one axis.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, type Chart, figure, nameAxis, PARTS, plotText, rowsHeight, TIME_PARTS } from '../figure.ts';
import { areFarApart } from '../ranking.ts';

export function timePartsChart(results: readonly Result[]): Chart {
  const y = results.map((r) => plotText(caseName(r)));
  const shares = areFarApart(results);
  const present = TIME_PARTS.filter((part) => results.some((r) => r.time[part] > 0));
  return {
    title: 'Where a token’s time goes',
    reading:
      'Each bar is the mean time of one token; reads hidden behind compute cost nothing here, only exposed I/O does.',
    height: rowsHeight(results.length),
    figure: figure(
      present.map((part) => ({
        type: 'bar',
        orientation: 'h',
        name: PARTS[part].name,
        y,
        x: results.map((r) => r.time[part] * (shares ? 100 : r.tokenSeconds.mean * 1e3)),
        customdata: results.map((r) => [r.time[part] * r.tokenSeconds.mean * 1e3, r.time[part]]),
        marker: { color: PARTS[part].colour },
        hovertemplate: '%{fullData.name}: %{customdata[0]:.3~g} ms (%{customdata[1]:.1%})<extra></extra>',
      })),
      axis(shares ? 'share of a token’s time (%)' : 'time per token (ms)', { rangemode: 'tozero' }),
      nameAxis('', { autorange: 'reversed' }),
      { barmode: 'stack' },
    ),
  };
}
