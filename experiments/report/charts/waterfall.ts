/**
 * The waterfall from the physical bound to the prediction; each step as the time it adds to a token.
 */
import type { Result } from '../../result.ts';
import {
  axis,
  BOUND_COLOUR,
  type Chart,
  figure,
  nameAxis,
  PARTS,
  PREDICTION_COLOUR,
  plotText,
} from '../figure.ts';
import { formatSeconds, significant } from '../format.ts';
import { waterfallSteps } from '../waterfall.ts';

export function waterfallChart(result: Result): Chart {
  const steps = waterfallSteps(result);
  const names = steps.map((step) => plotText(step.name, 18));
  const base: number[] = [];
  let sum = 0;
  const labels: string[] = [];
  for (const step of steps) {
    base.push(sum * 1e3);
    sum += step.seconds;
    labels.push(
      `${base.length > 1 ? '+' : ''}${formatSeconds(step.seconds)}<br>${significant(1 / sum)} tokens/s`,
    );
  }
  return {
    title: 'From the bound to the prediction',
    reading:
      'Left: the time a token would take if only the binding resource worked, always at its limit; each step adds what a real schedule could not hide, with the rate that is left; right: the prediction.',
    height: 380,
    figure: figure(
      [
        {
          type: 'bar',
          x: [...names, 'prediction'],
          base: [...base, 0],
          y: [...steps.map((step) => step.seconds * 1e3), sum * 1e3],
          text: [...labels, `${formatSeconds(sum)}<br>${significant(1 / sum)} tokens/s`],
          textposition: 'outside',
          cliponaxis: false,
          marker: {
            color: [
              ...steps.map(({ part }) => (part === 'bound' ? BOUND_COLOUR : PARTS[part].colour)),
              PREDICTION_COLOUR,
            ],
          },
          hoverinfo: 'x+text',
        },
      ],
      nameAxis('step'),
      axis('time per token (ms)', { range: [0, sum * 1e3 * 1.22] }),
      { showlegend: false },
    ),
  };
}
