/**
 * What became of the prefetched bytes, by case.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, type Chart, figure, nameAxis, PREFETCH_COLOURS, plotText, rowsHeight } from '../figure.ts';

const FATES = [
  ['usefulBytes', 'useful'],
  ['lateBytes', 'late'],
  ['wastedBytes', 'wasted'],
  ['cancelledBytes', 'cancelled'],
  ['pendingBytes', 'pending'],
] as const;

export function prefetchChart(results: readonly Result[]): Chart | undefined {
  const shown = results.filter((r) => (r.prefetch?.issuedBytes ?? 0) > 0);
  if (shown.length === 0) return undefined;
  return {
    title: 'Prefetched bytes',
    reading:
      'Useful bytes were there when asked for, late ones still in flight; wasted ones were read for nothing and took bandwidth from demand.',
    height: rowsHeight(shown.length),
    figure: figure(
      FATES.map(([key, name], i) => ({
        type: 'bar',
        orientation: 'h',
        name,
        y: shown.map((r) => plotText(caseName(r))),
        x: shown.map((r) => r.prefetch![key] / 1e9 / Math.max(1, r.tokens.measured)),
        customdata: shown.map((r) => r.prefetch![key] / r.prefetch!.issuedBytes),
        marker: { color: PREFETCH_COLOURS[i] },
        hovertemplate: '%{fullData.name}: %{x:.3~g} GB per token (%{customdata:.1%})<extra></extra>',
      })).filter((_, i) => shown.some((r) => r.prefetch![FATES[i][0]] > 0)),
      axis('prefetched per token (GB)', { rangemode: 'tozero' }),
      nameAxis('', { autorange: 'reversed' }),
      { barmode: 'stack' },
    ),
  };
}
