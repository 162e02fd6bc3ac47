/** The statistics of a routing as rows for a terminal: [what, value], and its curves as a table. */
import { integer, percent, significant } from '../report/format.ts';
import type { RoutingReport } from './stats-command.ts';

type Row = [string, string];

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** `mean 0.91, from 0.71 (layer 0) to 0.98 (layer 12)`. */
function range(values: readonly number[], layers: readonly number[], format: (x: number) => string): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const layer = (value: number) => layers[values.indexOf(value)];
  return `mean ${format(mean(values))}, from ${format(low)} (layer ${layer(low)}) to ${format(high)} (layer ${layer(high)})`;
}

export function statsRows(report: RoutingReport): Row[] {
  const { experts, topK, layers, popularity, reuse, uniformReuse, reuseDistance, layerNumbers } = report;
  const objects = layers * experts;
  const shown = reuse.filter(({ lag }) => [1, 8, 64, 512].includes(lag));
  const longest = Math.log2(experts);
  const rows: Row[] = [
    ['tokens', `${integer(report.tokens)} (${report.phase})`],
    [
      'model',
      `${layers} MoE layers (${layerNumbers[0]} to ${layerNumbers.at(-1)}), top-${topK} of ${experts} experts`,
    ],
    [
      'accesses',
      `${integer(report.accesses)} to ${integer(report.distinct)} experts of ${integer(objects)} (${percent(report.distinct / objects)})`,
    ],
    [
      'entropy',
      `${range(
        popularity.entropyBits.map((bits) => bits / longest),
        layerNumbers,
        significant,
      )} of log2(${experts}); 1 is uniform`,
    ],
    ['hottest eighth', `${range(popularity.topEighthShare, layerNumbers, percent)} of choices`],
    [
      'reuse',
      `${shown.map(({ lag, mean: share }) => `lag ${lag} ${percent(share)}`).join(', ')}; uniform ${percent(uniformReuse)}`,
    ],
    [
      'reuse distance',
      `half of the accesses within ${median(report)}; first accesses ${percent(reuseDistance.first / report.accesses)}`,
    ],
  ];
  for (const { distance, recall, popularityRecall } of report.predictability)
    rows.push([
      `layer + ${distance}`,
      `${percent(mean(recall))} named from this layer's choice, ${percent(mean(popularityRecall))} by popularity alone`,
    ]);
  const sets = report.workingSet.filter((_, i, all) => i % 2 === 0 || i === all.length - 1);
  rows.push([
    'working set',
    sets.map((set) => `${integer(set.tokens)} tokens ${percent(set.experts / objects)}`).join(', '),
  ]);
  rows.push([
    'drift',
    `${report.drift.map(significant).join(', ')} bits between quarters; by chance ${report.driftByChance.map(significant).join(', ')}`,
  ]);
  if (report.divergence) rows.push(...divergenceRows(report.divergence));
  return rows;
}

/** The distance class in which the middle access lies. */
function median({ reuseDistance, accesses }: RoutingReport): string {
  let seen = 0;
  for (const { to, accesses: count } of reuseDistance.classes) {
    seen += count;
    if (seen >= accesses / 2) return `${integer(to)} experts`;
  }
  return 'no distance (most are first accesses)';
}

function divergenceRows({ parts, bits }: NonNullable<RoutingReport['divergence']>): Row[] {
  return parts.slice(1).map(
    (name, i): Row => [
      name,
      `${parts
        .slice(0, i + 1)
        .map((other, j) => `${significant(bits[i + 1][j])} bits from ${other}`)
        .join(', ')}`,
    ],
  );
}

/** Miss ratio by capacity: capacity, share of all experts, LRU, LFU, MIN. */
export const CURVE_HEAD = ['capacity (experts)', 'of all', 'LRU misses', 'LFU', 'MIN'];
export function curveRows({ missRatio, layers, experts }: RoutingReport): string[][] {
  const { capacities, lru, lfu, min } = missRatio;
  return capacities.map((capacity, i) => [
    integer(capacity),
    percent(capacity / (layers * experts)),
    ...[lru, lfu, min].map((curve) => percent(curve[i])),
  ]);
}
