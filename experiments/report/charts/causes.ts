/**
 * Bytes read per token by cause: demand, prefetch, read-ahead, faults.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, type Chart, COLOURS, figure, nameAxis, plotText, rowsHeight } from '../figure.ts';

export function causesChart(results: readonly Result[]): Chart | undefined {
  const shown = results.filter((r) => (r.storage.causes ?? []).some(({ bytes }) => bytes > 0));
  const causes = [...new Set(shown.flatMap((r) => r.storage.causes!.map(({ cause }) => cause)))];
  if (causes.length < 2) return undefined;
  return {
    title: 'Reads by cause',
    reading: 'Bytes read for one token, by what asked for them.',
    height: rowsHeight(shown.length),
    figure: figure(
      causes.map((cause, i) => ({
        type: 'bar',
        orientation: 'h',
        name: plotText(cause),
        y: shown.map((r) => plotText(caseName(r))),
        x: shown.map((r) => {
          const bytes = r.storage.causes!.find((entry) => entry.cause === cause)?.bytes ?? 0;
          return bytes / 1e9 / Math.max(1, r.tokens.measured);
        }),
        marker: { color: COLOURS[i % COLOURS.length] },
        hovertemplate: '%{fullData.name}: %{x:.3~g} GB per token<extra></extra>',
      })),
      axis('read per token (GB)', { rangemode: 'tozero' }),
      nameAxis('', { autorange: 'reversed' }),
      { barmode: 'stack' },
    ),
  };
}
