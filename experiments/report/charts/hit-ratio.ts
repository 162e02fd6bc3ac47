/**
 * Hits, joins, avoidable and unavoidable misses by case: regret is what Belady's MIN would still have hit.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, type Chart, COLOURS, figure, nameAxis, plotText, rowsHeight } from '../figure.ts';

export function hitRatioChart(results: readonly Result[]): Chart | undefined {
  const shown = results.filter((r) => (r.cache?.requests ?? 0) > 0);
  if (shown.length === 0) return undefined;
  const y = shown.map((r) => plotText(caseName(r)));
  const of = (value: (cache: NonNullable<Result['cache']>) => number) =>
    shown.map((r) => value(r.cache!) * 100);
  const regretOf = (cache: NonNullable<Result['cache']>) =>
    Math.min(Math.max(0, cache.regret ?? 0), cache.misses / cache.requests);
  const parts = [
    { name: 'hit', x: of((c) => c.hitRatio), colour: COLOURS[2] },
    { name: 'joined a read in flight', x: of((c) => c.joined / c.requests), colour: COLOURS[4] },
    { name: 'missed, regret to MIN', x: of(regretOf), colour: COLOURS[1] },
    { name: 'missed, MIN too', x: of((c) => c.misses / c.requests - regretOf(c)), colour: '#c9cdd3' },
  ].filter(({ x }) => x.some((value) => value > 0));
  return {
    title: 'Hit ratio and regret',
    reading: `Shares of expert requests. ${shown[0].cache!.definition}. Regret is what Belady’s MIN with the same capacity would have hit more.`,
    height: rowsHeight(shown.length),
    figure: figure(
      parts.map(({ name, x, colour }) => ({
        type: 'bar',
        orientation: 'h',
        name,
        x,
        y,
        marker: { color: colour },
        hovertemplate: '%{fullData.name}: %{x:.3~g} %<extra></extra>',
      })),
      axis('share of expert requests (%)', { range: [0, 100] }),
      nameAxis('', { autorange: 'reversed' }),
      { barmode: 'stack' },
    ),
  };
}
