/**
 * Rate against price: expert-cache capacity where it varies over the points, else bytes read per token. The line joins
 * the points that no other beats in both (the Pareto frontier).
 */
import type { Result } from '../../result.ts';
import { caseName } from '../columns.ts';
import { axis, BOUND_COLOUR, type Chart, COLOURS, figure, plotText } from '../figure.ts';

/** Up to this many points carry their name; more would cover each other. */
const NAMED = 8;

const capacityOf = (r: Result) => (r.cache?.capacityBytes ?? 0) / 1e9;
const bytesOf = (r: Result) => r.storage.bytesRead / Math.max(1, r.tokens.measured) / 1e9;

/** The results that no other equals or betters in both price and rate, cheapest first. */
export function frontier(results: readonly Result[], price: (r: Result) => number): Result[] {
  const sorted = [...results].sort(
    (a, b) => price(a) - price(b) || b.tokensPerSecond.mean - a.tokensPerSecond.mean,
  );
  const kept: Result[] = [];
  for (const result of sorted)
    if (kept.length === 0 || result.tokensPerSecond.mean > kept[kept.length - 1].tokensPerSecond.mean)
      kept.push(result);
  return kept;
}

export function paretoChart(results: readonly Result[]): Chart {
  const memory = new Set(results.map(capacityOf)).size > 1;
  const price = memory ? capacityOf : bytesOf;
  const best = frontier(results, price);
  // Room for the names at both sides.
  const range = [0, Math.max(...results.map(price)) * 1.15];
  const marks = (points: readonly Result[], more: object) => ({
    type: 'scatter',
    x: points.map(price),
    y: points.map((r) => r.tokensPerSecond.mean),
    customdata: points.map((r) => plotText(caseName(r), 60)),
    hovertemplate: '%{customdata}<br>%{y:.3~g} tokens/s at %{x:.3~g} GB<extra></extra>',
    ...more,
  });
  return {
    title: 'Rate against price',
    reading: 'Up and to the left is better; the dashed line joins the points that no other beats in both.',
    height: 400,
    figure: figure(
      [
        marks(best, {
          mode: 'lines',
          name: 'Pareto frontier',
          line: { dash: 'dash', color: BOUND_COLOUR },
          hoverinfo: 'skip',
        }),
        marks(results, {
          mode: results.length <= NAMED ? 'markers+text' : 'markers',
          name: 'cases',
          text: results.map((r) => plotText(caseName(r))),
          textposition: 'bottom center',
          cliponaxis: false,
          marker: { size: 9, color: COLOURS[0] },
        }),
      ],
      axis(memory ? 'expert cache (GB)' : 'read per token (GB)', { range }),
      axis('tokens/s', { rangemode: 'tozero' }),
    ),
  };
}
