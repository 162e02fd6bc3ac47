/**
 * Hit ratio token by token, one line a case: how long the cache takes to fill, and how steady it is.
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, BOUND_COLOUR, type Chart, columns, figure, legendHeight, plotText } from '../figure.ts';

export function hitRatioOverTokensChart(results: readonly Result[]): Chart | undefined {
  const shown = results.filter((r) => (r.series?.hitRatio ?? []).length > 0);
  if (shown.length === 0) return undefined;
  const min = shown.length === 1 ? shown[0].cache?.minHitRatio : undefined;
  const last = shown[0].series!.hitRatio!.at(-1)![0];
  return {
    title: 'Hit ratio over tokens',
    reading: 'Each line is a cache warming up; a level below the dashed line of Belady’s MIN is regret.',
    height: 340 + legendHeight(shown.map(caseName)),
    figure: figure(
      [
        ...shown.map((r) => ({
          type: 'scatter',
          mode: 'lines',
          name: plotText(caseName(r), 80),
          ...columns(r.series!.hitRatio!, 1, 0.01),
          hovertemplate: 'token %{x}: %{y:.3~g} %<extra>%{fullData.name}</extra>',
        })),
        ...(min === undefined
          ? []
          : [
              {
                type: 'scatter',
                mode: 'lines',
                name: 'MIN, mean after warm-up',
                x: [0, last],
                y: [min * 100, min * 100],
                line: { dash: 'dash', color: BOUND_COLOUR },
                hovertemplate: 'MIN: %{y:.3~g} %<extra></extra>',
              },
            ]),
      ],
      axis('token'),
      axis('hit ratio of the token (%)', { rangemode: 'tozero' }),
    ),
  };
}
