/**
 * Utilisation of and waiting at each station inside the drives.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, COLOURS, figure, nameAxis, plotText, rowsHeight } from '../figure.ts';
import { formatSeconds } from '../format.ts';

/** The busiest ones tell the story; a drive has hundreds. */
const SHOWN = 24;

export function stationsChart(result: Result): Chart | undefined {
  const stations = [...(result.storage.stations ?? [])]
    .sort((a, b) => b.utilisation - a.utilisation)
    .slice(0, SHOWN);
  if (stations.length === 0) return undefined;
  return {
    title: 'Inside the drives',
    reading: `Busy share of each station with the mean wait before it, busiest first (at most ${SHOWN}): a long wait before a busy one is a bottleneck.`,
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
