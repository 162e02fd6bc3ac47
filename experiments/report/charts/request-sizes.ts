/**
 * Sizes of reads: as the program asks and as the drives see them after cutting. Many different sizes are put together by
 * powers of two.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, COLOURS, figure, nameAxis } from '../figure.ts';
import { formatRequest } from '../format.ts';

/** More bars than this cannot be labelled. */
const MAX_SIZES = 16;

type Histogram = Result['storage']['requestBytes']['histogram'];

const total = (histogram: Histogram): number => histogram.reduce((sum, [, n]) => sum + n, 0);

function byPowerOfTwo(histogram: Histogram): Histogram {
  const bins = new Map<number, number>();
  for (const [size, n] of histogram) {
    const edge = size < 1 ? 0 : 2 ** Math.floor(Math.log2(size));
    bins.set(edge, (bins.get(edge) ?? 0) + n);
  }
  return [...bins];
}

const sizesOf = (histograms: readonly Histogram[]): number[] =>
  [...new Set(histograms.flatMap((histogram) => histogram.map(([size]) => size)))].sort((a, b) => a - b);

export function requestSizesChart(result: Result): Chart | undefined {
  const { storage } = result;
  const all = [storage.requestBytes.histogram, storage.application?.requestBytes.histogram ?? []];
  const many = sizesOf(all).length > MAX_SIZES;
  const shown = many ? all.map(byPowerOfTwo) : all;
  const names = ['device commands', 'application reads'];
  const traces = shown.map((histogram, i) => ({
    type: 'bar',
    name: names[i],
    x: histogram.map(([size]) => formatRequest(size)),
    y: histogram.map(([, n]) => (n * 100) / total(histogram)),
    customdata: histogram.map(([, n]) => n),
    marker: { color: COLOURS[i] },
    hovertemplate: '%{x}: %{customdata:,} (%{y:.3~g} %)<extra>%{fullData.name}</extra>',
  }));
  if (sizesOf(shown).length === 0) return undefined;
  return {
    title: 'Request sizes',
    reading:
      'The share of reads of each size: the driver cuts what the program asks for into commands a drive accepts.',
    height: 320,
    figure: figure(
      traces.filter(({ x }) => x.length > 0),
      nameAxis(many ? 'request size (from, to less than double)' : 'request size', {
        categoryorder: 'array',
        categoryarray: sizesOf(shown).map((size) => formatRequest(size)),
      }),
      axis('share of reads (%)', { rangemode: 'tozero' }),
    ),
  };
}
