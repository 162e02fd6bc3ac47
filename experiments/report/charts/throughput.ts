/**
 * Bytes read per second over simulated time, with the mean of the measured part.
 */
import type { Result } from '../../result.ts';
import { axis, BOUND_COLOUR, type Chart, columns, figure, SPANS } from '../figure.ts';
import { formatBandwidth } from '../format.ts';

export function throughputChart(result: Result): Chart | undefined {
  const points = result.series?.throughput ?? [];
  if (points.length === 0) return undefined;
  const { bytesPerSecond } = result.storage;
  return {
    title: 'Throughput over time',
    reading:
      'Bytes read from all drives per second of simulated time; the dashed line is the mean over decode after warm-up.',
    height: 320,
    figure: figure(
      [
        {
          type: 'scatter',
          mode: 'lines',
          name: 'read',
          line: { shape: 'hv', color: SPANS.read, width: 1.5 },
          fill: 'tozeroy',
          fillcolor: 'rgba(221,141,41,0.15)',
          ...columns(points, 1, 1e9),
          hovertemplate: '%{y:.3~g} GB/s at %{x:.4~g} s<extra></extra>',
        },
        {
          type: 'scatter',
          mode: 'lines',
          name: `mean ${formatBandwidth(bytesPerSecond)}`,
          x: [points[0][0], points[points.length - 1][0]],
          y: [bytesPerSecond / 1e9, bytesPerSecond / 1e9],
          line: { dash: 'dash', color: BOUND_COLOUR },
          hoverinfo: 'name',
        },
      ],
      axis('simulated time (s)'),
      axis('throughput (GB/s)', { rangemode: 'tozero' }),
    ),
  };
}
