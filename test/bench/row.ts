/** One line of the benchmark table: a figure, and the bar it has to meet where there is one. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** The least (or, where `barText` says so, the greatest) acceptable value. */
  bar?: number;
  /** The bar in words, where `≥ bar unit` does not say it. */
  barText?: string;
  /** Whether the bar is met; absent for figures without a bar. */
  met?: boolean;
}

/** Processor seconds that a call takes: what else the machine does counts little. */
export function timed(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** The middle value; of an even number of values the upper of the two. */
export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Runs the contestants in turn, `repeats` times, and returns the median of each one's measurements. */
export function interleaved(repeats: number, contestants: (() => number)[]): number[] {
  for (const contestant of contestants) contestant();
  const measured = contestants.map(() => [] as number[]);
  for (let repeat = 0; repeat < repeats; repeat++) {
    contestants.forEach((contestant, i) => {
      measured[i].push(contestant());
    });
  }
  return measured.map(median);
}
