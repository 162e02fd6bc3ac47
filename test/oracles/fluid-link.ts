/**
 * Oracle of the shared link: every flow's remainder in a list, rates found anew by water-filling at every change, real
 * time without rounding to picoseconds. O(flows²) a change.
 */
export interface FluidFlow {
  /** ps. */
  start: number;
  amount: number;
  /** Units/s. */
  cap: number;
  /** ps; Infinity if the flow is never stopped. */
  stop: number;
}

/** When the flow ended, in ps, and what it had left then. */
export interface FluidEnd {
  time: number;
  left: number;
}

/** Rates in units/s: give every flow an equal share; who cannot use it keeps his cap, and the rest share again. */
export function waterFill(rate: number, caps: number[]): number[] {
  const rates = caps.map(() => Number.NaN);
  let left = rate;
  let unset = caps.map((_, i) => i);
  while (unset.length > 0) {
    const share = left / unset.length;
    const capped = unset.filter((i) => caps[i] <= share);
    for (const i of capped.length > 0 ? capped : unset) rates[i] = capped.length > 0 ? caps[i] : share;
    left -= capped.reduce((sum, i) => sum + caps[i], 0);
    unset = capped.length > 0 ? unset.filter((i) => !capped.includes(i)) : [];
  }
  return rates;
}

export function fluidLink(rate: number, flows: FluidFlow[]): FluidEnd[] {
  const ends: FluidEnd[] = [];
  const left = flows.map(({ amount }) => amount);
  let now = 0;
  for (;;) {
    const open = flows.map((_, i) => i).filter((i) => ends[i] === undefined);
    if (open.length === 0) return ends;
    const active = open.filter((i) => flows[i].start <= now);
    const rates = waterFill(
      rate,
      active.map((i) => flows[i].cap),
    ).map((perSecond) => perSecond / 1e12);
    const finishing = active.map((i, k) => now + left[i] / rates[k]);
    const then = Math.min(
      ...finishing,
      ...active.map((i) => flows[i].stop),
      ...open.filter((i) => flows[i].start > now).map((i) => flows[i].start),
    );
    active.forEach((i, k) => {
      left[i] -= rates[k] * (then - now);
      if (finishing[k] === then) ends[i] = { time: then, left: 0 };
      else if (flows[i].stop === then) ends[i] = { time: then, left: left[i] };
    });
    now = then;
  }
}
