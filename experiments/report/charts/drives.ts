/**
 * Load of each drive: whether an array is used evenly.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, COLOURS, figure, nameAxis, plotText } from '../figure.ts';
import { significant } from '../format.ts';

export function drivesChart(result: Result): Chart | undefined {
  const { perDevice } = result.storage;
  if (perDevice.length < 2) return undefined;
  return {
    title: 'Load by drive',
    reading:
      'Bars of equal height mean the placement spreads reads evenly; a stripe waits for its slowest drive.',
    height: 320,
    figure: figure(
      [
        {
          type: 'bar',
          x: perDevice.map(({ name }) => plotText(name, 16)),
          y: perDevice.map(({ utilisation }) => utilisation * 100),
          text: perDevice.map(({ bytesPerSecond }) => `${significant(bytesPerSecond / 1e9)} GB/s`),
          customdata: perDevice.map(({ queueDepth }) => significant(queueDepth.mean)),
          marker: { color: COLOURS[0] },
          hovertemplate: '%{x}<br>%{y:.3~g} % busy, %{text}, mean depth %{customdata}<extra></extra>',
        },
      ],
      nameAxis('drive'),
      axis('busy (% of time)', { range: [0, 105] }),
      { showlegend: false },
    ),
  };
}
