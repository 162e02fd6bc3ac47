/**
 * Where in the file reads fell over time, with the file's regions named at the axis.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, figure, plotText, SPANS } from '../figure.ts';
import { formatBytes } from '../format.ts';

/** More names than this at an axis cannot be read. */
const NAMES = 16;

export function accessMapChart(result: Result): Chart | undefined {
  const map = result.series?.accessMap;
  if (!map || map.points.length === 0) return undefined;
  const { points, regions } = map;
  const nameAt = (offset: number) =>
    regions.find((r) => offset >= r.offset && offset < r.offset + r.bytes)?.name ?? '';
  const ticks = regions.filter((_, i) => i % Math.ceil(regions.length / NAMES) === 0);
  const named =
    ticks.length > 0
      ? {
          tickvals: ticks.map(({ offset }) => offset / 1e9),
          ticktext: ticks.map(({ name }) => plotText(name)),
        }
      : {};
  return {
    title: 'Reads in the file',
    reading:
      'Each mark is a read at its place in the file: lines that rise are sequential, scattered marks are random access.',
    height: 480,
    figure: figure(
      [
        {
          type: 'scatter',
          mode: 'markers',
          x: points.map(([t]) => t),
          y: points.map(([, offset]) => offset / 1e9),
          customdata: points.map(([, offset, bytes]) =>
            plotText(`${nameAt(offset)} ${formatBytes(bytes)}`.trim()),
          ),
          marker: { size: 3, color: SPANS.read, opacity: 0.8 },
          hovertemplate: '%{x:.4~g} s, %{y:.5~g} GB: %{customdata}<extra></extra>',
        },
      ],
      axis('simulated time (s)'),
      axis(ticks.length > 0 ? 'place in the file (by region)' : 'offset in the file (GB)', named),
      { showlegend: false },
    ),
  };
}
