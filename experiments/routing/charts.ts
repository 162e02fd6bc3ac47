/** Charts of a recorded routing: who is chosen where and when, what a cache makes of it, what can be foreseen. */
import type { RoutedTokens } from '../../workloads/routing/index.ts';
import { heatmap } from '../report/charts/heat.ts';
import { axis, BOUND_COLOUR, type Chart, COLOURS, figure, logAxis, plotText } from '../report/figure.ts';
import { expertsOverTokens, popularityOverTokens } from './heat.ts';
import type { RoutingReport } from './stats-command.ts';

const percents = (values: readonly number[]) => values.map((value) => 100 * value);
const line = (name: string, x: readonly number[], y: readonly number[], more: object = {}) => ({
  type: 'scatter',
  mode: 'lines+markers',
  name,
  x,
  y,
  ...more,
});
const dashed = { mode: 'lines', line: { dash: 'dash', color: BOUND_COLOUR } };
const layerAxis = () => axis('MoE layer', { dtick: undefined });
const percentAxis = (title: string) => axis(`${title} (%)`, { rangemode: 'tozero' });

export function cacheCharts(report: RoutingReport): Chart[] {
  return [missCurves(report), reuse(report), reuseDistances(report), workingSets(report)];
}

export function choiceCharts(report: RoutingReport, routed: RoutedTokens): Chart[] {
  const charts = [
    popularityOverTokens(routed, report.layerNumbers),
    expertsOverTokens(routed, report.layerNumbers),
  ];
  return [
    ...charts,
    concentration(report),
    drift(report),
    ...(report.divergence ? [divergence(report)] : []),
  ];
}

export const predictionCharts = (report: RoutingReport): Chart[] =>
  report.predictability.length > 0 ? [predictability(report)] : [];

function missCurves({ missRatio: { capacities, ...curves }, layers, experts }: RoutingReport): Chart {
  const shares = percents(capacities.map((capacity) => capacity / (layers * experts)));
  return {
    title: 'Miss ratio curves',
    reading:
      'Misses of one cache for all layers, cold at the start, against its size. The distance to MIN is what a better policy could save.',
    height: 380,
    figure: figure(
      (['lru', 'lfu', 'min'] as const).map((policy) =>
        line(policy.toUpperCase(), shares, percents(curves[policy])),
      ),
      axis('capacity (% of all experts)', { rangemode: 'tozero' }),
      percentAxis('miss ratio'),
    ),
  };
}

function reuse({ reuse: byLag, uniformReuse, layerNumbers }: RoutingReport): Chart {
  const lags = byLag.map(({ lag }) => lag);
  const of = (layer: number) => percents(byLag.map(({ byLayer }) => byLayer[layer]));
  const last = layerNumbers.length - 1;
  return {
    title: 'Reuse by lag',
    reading:
      'Share of a token’s experts that the token so many places before had chosen, too. The dashed line is what uniform routing gives.',
    height: 380,
    figure: figure(
      [
        line('mean of layers', lags, percents(byLag.map(({ mean }) => mean))),
        line(`layer ${layerNumbers[0]}`, lags, of(0)),
        line(`layer ${layerNumbers[last]}`, lags, of(last)),
        line(
          'uniform',
          lags,
          lags.map(() => 100 * uniformReuse),
          dashed,
        ),
      ],
      logAxis('lag (tokens)', lags),
      percentAxis('reuse'),
    ),
  };
}

function reuseDistances({ reuseDistance: { first, classes }, accesses }: RoutingReport): Chart {
  return {
    title: 'Reuse distance',
    reading:
      'Different experts used since the last use of the same one. An LRU cache of that many experts hits the bar and all to its left.',
    height: 340,
    figure: figure(
      [
        {
          type: 'bar',
          x: [...classes.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)), 'first use'],
          y: percents([...classes.map((one) => one.accesses / accesses), first / accesses]),
          marker: { color: COLOURS[0] },
        },
      ],
      axis('distance (experts)', { type: 'category' }),
      percentAxis('share of accesses'),
    ),
  };
}

function workingSets({ workingSet, layers, experts, topK }: RoutingReport): Chart {
  const lengths = workingSet.map(({ tokens }) => tokens);
  return {
    title: 'Working set',
    reading:
      'Experts of all layers that a window of so many tokens touches. The dashed line is uniform routing: 1 - (1 - k/E)^N.',
    height: 360,
    figure: figure(
      [
        line('recorded', lengths, percents(workingSet.map((set) => set.experts / (layers * experts)))),
        line('uniform', lengths, percents(lengths.map((n) => 1 - (1 - topK / experts) ** n)), dashed),
      ],
      logAxis('window (tokens)', lengths),
      percentAxis('share of all experts'),
    ),
  };
}

function concentration({ popularity, layerNumbers, experts }: RoutingReport): Chart {
  return {
    title: 'How uneven the choice is',
    reading:
      'Entropy of a layer’s choices as a share of log2(experts): 100 % is uniform. Below, what the hottest eighth of its experts gets (uniform: 12.5 %).',
    height: 360,
    figure: figure(
      [
        line(
          'entropy',
          layerNumbers,
          percents(popularity.entropyBits.map((bits) => bits / Math.log2(experts))),
        ),
        line('hottest eighth', layerNumbers, percents(popularity.topEighthShare)),
      ],
      layerAxis(),
      percentAxis('share'),
    ),
  };
}

function predictability({ predictability: all, layerNumbers }: RoutingReport): Chart {
  const layersFrom = (distance: number) => layerNumbers.slice(distance);
  return {
    title: 'What one layer says of the next',
    reading:
      'Share of a layer’s experts that its predecessors’ choice names (counted on the first half, judged on the second). By popularity: the most popular ones are named every time.',
    height: 360,
    figure: figure(
      [
        ...all.map(({ distance, recall }) =>
          line(`from ${distance} before`, layersFrom(distance), percents(recall)),
        ),
        line('by popularity', layersFrom(1), percents(all[0].popularityRecall), dashed),
      ],
      layerAxis(),
      percentAxis('recall'),
    ),
  };
}

function drift({ drift: bits, driftByChance }: RoutingReport): Chart {
  const x = ['1st to 2nd', '2nd to 3rd', '3rd to 4th'];
  const bar = (name: string, y: readonly number[], color: string) => ({
    type: 'bar',
    name,
    x,
    y,
    marker: { color },
  });
  return {
    title: 'Drift of popularity',
    reading:
      'Jensen-Shannon divergence between successive quarters of the trace. By chance: between every other token of both, which no drift can part.',
    height: 320,
    figure: figure(
      [bar('between quarters', bits, COLOURS[0]), bar('by chance', driftByChance, BOUND_COLOUR)],
      axis('quarters', { type: 'category' }),
      axis('divergence (bits)', { rangemode: 'tozero' }),
    ),
  };
}

function divergence({ divergence: apart }: RoutingReport): Chart {
  const names = apart!.parts.map((name) => plotText(name, 24));
  return {
    title: 'Prompts and domains',
    reading:
      'How far popularity differs between parts of the trace and other traces: Jensen-Shannon divergence, mean over layers.',
    height: 200 + 40 * names.length,
    figure: figure(
      [
        heatmap(apart!.bits, 'bits', {
          x: names,
          y: names,
          hovertemplate: '%{y} and %{x}: %{z:.3g} bits<extra></extra>',
        }),
      ],
      axis('', { type: 'category' }),
      axis('', { type: 'category', autorange: 'reversed' }),
    ),
  };
}
