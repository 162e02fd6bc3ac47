/**
 * Which layers' experts the cache holds, over tokens.
 */
import type { Result } from '../../result.ts';
import { axis, type Chart, figure } from '../figure.ts';
import { heatmap } from './heat.ts';

export function residencyChart(result: Result): Chart | undefined {
  const residency = result.series?.residency;
  if (!residency || residency.tokens.length === 0) return undefined;
  return {
    title: 'Expert residency',
    reading:
      'The share of each layer’s experts that is in the cache after a token; bands show layers a policy favours or starves.',
    height: Math.max(320, 160 + 5 * residency.layers.length),
    figure: figure(
      [
        heatmap(
          residency.share.map((row) => row.map((share) => share * 100)),
          '% resident',
          {
            x: residency.tokens,
            y: residency.layers,
            hovertemplate: 'token %{x}, layer %{y}: %{z:.3~g} % resident<extra></extra>',
          },
        ),
      ],
      axis('token'),
      axis('layer', { autorange: 'reversed' }),
    ),
  };
}
