/**
 * Closed forms of queueing theory (L. Kleinrock, "Queueing Systems", vol. 1, 1975; E. D. Lazowska et al.,
 * "Quantitative System Performance", 1984, for MVA). Rates per unit of time; times in the same unit.
 */

/** Erlang's C: the probability that an arrival at M/M/k has to wait, for an offered load of a erlangs. */
export function erlangC(servers: number, load: number): number {
  // Erlang's B by its recursion, then C from B.
  let blocking = 1;
  for (let k = 1; k <= servers; k++) blocking = (load * blocking) / (k + load * blocking);
  const utilisation = load / servers;
  return blocking / (1 - utilisation * (1 - blocking));
}

/** Mean wait before service in M/M/k. */
export function waitMMk(servers: number, arrivals: number, service: number): number {
  return (erlangC(servers, arrivals * service) * service) / (servers - arrivals * service);
}

/** Mean wait in M/G/1 (Pollaczek and Khinchine); `scv` is variance / mean² of the service time. */
export function waitMG1(arrivals: number, service: number, scv: number): number {
  const utilisation = arrivals * service;
  return ((1 + scv) / 2) * (utilisation / (1 - utilisation)) * service;
}

/**
 * Mean waits of a non-preemptive priority M/G/1 (A. Cobham, Operations Research 2, 1954), most urgent class first, all
 * classes with exponential service of one mean.
 */
export function waitPriorityMM1(arrivals: number[], service: number): number[] {
  const residual = arrivals.reduce((sum, rate) => sum + rate * service * service, 0);
  let above = 0;
  return arrivals.map((rate) => {
    const upTo = above + rate * service;
    const wait = residual / ((1 - above) * (1 - upTo));
    above = upTo;
    return wait;
  });
}

/** Throughput and mean populations of a closed network of single exponential servers, by exact mean value analysis. */
export function closedNetwork(
  demands: number[],
  customers: number,
  think = 0,
): { throughput: number; mean: number[] } {
  let mean = demands.map(() => 0);
  let throughput = 0;
  for (let n = 1; n <= customers; n++) {
    const response = demands.map((demand, i) => demand * (1 + mean[i]));
    throughput = n / (think + response.reduce((a, b) => a + b, 0));
    mean = response.map((time) => throughput * time);
  }
  return { throughput, mean };
}
