/**
 * Device queue depth over simulated time, with the means of device and application depth.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, COLOURS, columns, figure } from '../figure.ts';
import { significant } from '../format.ts';

export function queueDepthChart(result: Result): Chart | undefined {
  const points = result.series?.queueDepth ?? [];
  if (points.length === 0) return undefined;
  const { storage } = result;
  const ends = [points[0][0], points[points.length - 1][0]];
  const means = [
    { name: 'mean device depth', value: storage.queueDepth.mean, colour: COLOURS[0] },
    { name: 'mean application depth', value: storage.application?.queueDepth.mean, colour: COLOURS[1] },
  ];
  return {
    title: 'Queue depth',
    reading:
      'Commands outstanding at all drives together; bursts that drain between layers keep the mean far below the peak.',
    height: 320,
    figure: figure(
      [
        {
          type: 'scatter',
          mode: 'lines',
          name: 'device depth',
          line: { shape: 'hv', color: COLOURS[0], width: 1 },
          ...columns(points),
          hovertemplate: '%{y:.3~g} at %{x:.4~g} s<extra></extra>',
        },
        ...means.flatMap(({ name, value, colour }) =>
          value === undefined
            ? []
            : {
                type: 'scatter',
                mode: 'lines',
                name: `${name} ${significant(value)}`,
                x: ends,
                y: [value, value],
                line: { dash: 'dash', color: colour },
                hoverinfo: 'name',
              },
        ),
      ],
      axis('simulated time (s)'),
      axis('requests outstanding', { rangemode: 'tozero' }),
    ),
  };
}
