/** fio's coarse classes of latency, by the unit under which it prints them. Source: fio stat.h, FIO_IO_U_LAT_*_NR. */
export interface LatencyClass {
  readonly unit: 'ns' | 'us' | 'ms';
  readonly name: string;
  /** Above `low`, up to `high`, ns. */
  readonly low: number;
  readonly high: number;
}

const ENDS = [2, 4, 10, 20, 50, 100, 250, 500, 750, 1000];
const UNITS = [
  ['ns', 1, ENDS],
  ['us', 1e3, ENDS],
  ['ms', 1e6, [...ENDS, 2000]],
] as const;

export const LATENCY_CLASSES: readonly LatencyClass[] = (() => {
  const classes: LatencyClass[] = [];
  let low = -1;
  for (const [unit, factor, ends] of UNITS) {
    for (const end of ends) {
      classes.push({ unit, name: String(end), low, high: end * factor });
      low = end * factor;
    }
  }
  return [...classes, { unit: 'ms', name: '>=2000', low, high: Number.POSITIVE_INFINITY }];
})();
