/**
 * Utilisation of and waiting at each station inside the drives.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, COLOURS, figure, nameAxis, plotText, rowsHeight } from '../figure.ts';
import { formatSeconds } from '../format.ts';

/** The busiest ones of each kind tell the story; a drive has hundreds. */
const SHOWN = 6;

export function stationsChart(result: Result): Chart | undefined {
  const byKind = new Map<string, NonNullable<Result['storage']['stations']>>();
  const all = [...(result.storage.stations ?? [])].sort((a, b) => b.utilisation - a.utilisation);
  for (const station of all) byKind.set(station.kind, [...(byKind.get(station.kind) ?? []), station]);
  const stations = [...byKind.values()].flatMap((kind) => kind.slice(0, SHOWN));
  if (stations.length === 0) return undefined;
  return {
    title: 'Inside the drives',
    reading: `Busy share of each station with the mean wait before it, the busiest ${SHOWN} of each kind: a long wait before a busy one is a bottleneck.`,
    height: rowsHeight(stations.length, 22),
    figure: figure(
      [
        {
          type: 'bar',
          orientation: 'h',
          y: stations.map(({ name }) => plotText(name, 60)),
          x: stations.map(({ utilisation }) => utilisation * 100),
          text: stations.map(({ waitSeconds }) => `waits ${formatSeconds(waitSeconds)}`),
          textposition: 'auto',
          marker: { color: COLOURS[0] },
          hovertemplate: '%{y}: %{x:.3~g} % busy, %{text}<extra></extra>',
        },
      ],
      axis('busy (% of time)', { range: [0, 105] }),
      nameAxis('station', { autorange: 'reversed' }),
      { showlegend: false },
    ),
  };
}
