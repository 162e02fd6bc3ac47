/** Where time goes inside the drives, by kind of station: lines for a terminal. */
import type { Result } from '../result.ts';
import { formatSeconds, percent } from './format.ts';

/** `inside the drives: die 34 % busy (32; the busiest 51 %), waits 12 us`, a line a kind. */
export function stationsText({ storage: { stations = [] } }: Result): string | undefined {
  if (stations.length === 0) return undefined;
  const lines = [...new Set(stations.map(({ kind }) => kind))].map((kind) => {
    const some = stations.filter((station) => station.kind === kind);
    const sum = (of: (station: (typeof some)[number]) => number) => some.reduce((s, each) => s + of(each), 0);
    const visits = sum((station) => station.visits);
    const wait = sum(({ waitSeconds, visits: n }) => waitSeconds * n) / Math.max(1, visits);
    const busiest = Math.max(...some.map(({ utilisation }) => utilisation));
    const mean = percent(sum(({ utilisation }) => utilisation) / some.length);
    return `  ${some.length} x ${kind}: ${mean} busy (most ${percent(busiest)}), mean wait ${formatSeconds(wait)}`;
  });
  return ['inside the drives:', ...lines].join('\n');
}
