/**
 * Sizes of reads: as the program asks and as the drives see them after cutting.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, COLOURS, figure, nameAxis } from '../figure.ts';
import { formatRequest } from '../format.ts';

const total = (histogram: readonly (readonly [number, number])[]): number =>
  histogram.reduce((sum, [, n]) => sum + n, 0);

export function requestSizesChart(result: Result): Chart | undefined {
  const { storage } = result;
  const views = [
    { name: 'device commands', histogram: storage.requestBytes.histogram },
    { name: 'application reads', histogram: storage.application?.requestBytes.histogram ?? [] },
  ].filter(({ histogram }) => histogram.length > 0);
  if (views.length === 0) return undefined;
  const sizes = [...new Set(views.flatMap(({ histogram }) => histogram.map(([size]) => size)))].sort(
    (a, b) => a - b,
  );
  return {
    title: 'Request sizes',
    reading:
      'The share of reads of each size: the driver cuts what the program asks for into commands a drive accepts.',
    height: 320,
    figure: figure(
      views.map(({ name, histogram }, i) => ({
        type: 'bar',
        name,
        x: histogram.map(([size]) => formatRequest(size)),
        y: histogram.map(([, n]) => (n * 100) / total(histogram)),
        customdata: histogram.map(([, n]) => n),
        marker: { color: COLOURS[i] },
        hovertemplate: '%{x}: %{customdata:,} (%{y:.3~g} %)<extra>%{fullData.name}</extra>',
      })),
      nameAxis('request size (lower edge of the bin)', {
        categoryorder: 'array',
        categoryarray: sizes.map((size) => formatRequest(size)),
      }),
      axis('share of reads (%)', { rangemode: 'tozero' }),
    ),
  };
}
