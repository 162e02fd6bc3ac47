/**
 * What a shared link measures: running totals, and the rates and shares between two instants at which they were taken; and
 * the check that what flows received is what the link gave.
 */
import { ConservationError } from './conservation.ts';
import { type Picoseconds, toSeconds } from './time.ts';

/** Running totals; the difference of two of them describes the time between. */
export interface SharedLinkTotals {
  time: Picoseconds;
  started: number;
  completed: number;
  stopped: number;
  /** Units that have crossed the link. */
  carried: number;
  /** ps with at least one flow. */
  busy: Picoseconds;
  /** ∫ flows dt, ps. */
  flows: number;
}

export interface SharedLinkStatistics {
  started: number;
  completed: number;
  stopped: number;
  /** Units that have crossed the link. */
  carried: number;
  /** Units per second. */
  throughput: number;
  /** Share of the rate that was used, 0 to 1; 0 on a link of infinite rate. */
  utilisation: number;
  /** Share of the time with at least one flow. */
  busyFraction: number;
  /** Mean number of flows. */
  meanFlows: number;
}

const START: SharedLinkTotals = {
  time: 0,
  started: 0,
  completed: 0,
  stopped: 0,
  carried: 0,
  busy: 0,
  flows: 0,
};

/** What happened from `since` (default: the start) to `now` on a link of this rate. */
export function statisticsBetween(
  rate: number,
  now: SharedLinkTotals,
  since: SharedLinkTotals = START,
): SharedLinkStatistics {
  const time = now.time - since.time;
  const perTime = (amount: number) => (time > 0 ? amount / time : 0);
  const carried = now.carried - since.carried;
  const throughput = time > 0 ? carried / toSeconds(time) : 0;
  return {
    started: now.started - since.started,
    completed: now.completed - since.completed,
    stopped: now.stopped - since.stopped,
    carried,
    throughput,
    utilisation: throughput / rate,
    busyFraction: perTime(now.busy - since.busy),
    meanFlows: perTime(now.flows - since.flows),
  };
}

/**
 * Checks the units that flows received by their own account against those that the link gave and could give, but for
 * `slack`; throws ConservationError.
 */
export function auditUnits(
  name: string,
  rate: number,
  { received, carried, busy, slack }: { received: number; carried: number; busy: Picoseconds; slack: number },
): void {
  if (Math.abs(received - carried) > slack)
    throw new ConservationError(`${name}: flows received ${received} units, the link gave ${carried}`);
  if (received > (rate * busy) / 1e12 + slack && rate !== Infinity) {
    throw new ConservationError(
      `${name}: ${received} units in ${toSeconds(busy)} busy s, more than its ${rate} units/s`,
    );
  }
}
