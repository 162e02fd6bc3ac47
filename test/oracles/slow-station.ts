/**
 * Oracle of a station: k servers and one list of waiting jobs, searched from end to end at every instant at which
 * something happens. At one instant, arrivals and cancellations come first, in the order given, then completions in
 * order of their starts.
 */
export interface SlowJob {
  arrival: number;
  service: number;
  priority: number;
  /** Instant of an attempt to cancel, if any. */
  cancel?: number;
}

export type Outcome = { completed: number } | { cancelled: number };

export function slowStation(jobs: SlowJob[], servers: number, byPriority: boolean): Outcome[] {
  const outcomes: Outcome[] = [];
  const waiting: number[] = [];
  let serving: { job: number; end: number }[] = [];
  const pending = jobs.flatMap(({ arrival, cancel }, job) => [
    { time: arrival, job, cancel: false },
    ...(cancel === undefined ? [] : [{ time: cancel, job, cancel: true }]),
  ]);
  const begin = (job: number, now: number) => serving.push({ job, end: now + jobs[job].service });
  const happen = (job: number, cancel: boolean, now: number) => {
    if (!cancel) {
      if (serving.length < servers) begin(job, now);
      else waiting.push(job);
    } else if (waiting.includes(job)) {
      waiting.splice(waiting.indexOf(job), 1);
      outcomes[job] = { cancelled: now };
    }
  };
  const finishOne = (now: number) => {
    const ended = serving.find(({ end }) => end === now)!;
    serving = serving.filter((other) => other !== ended);
    outcomes[ended.job] = { completed: now };
    if (waiting.length === 0) return;
    const urgent = byPriority ? Math.min(...waiting.map((job) => jobs[job].priority)) : 0;
    const next = waiting.findIndex((job) => !byPriority || jobs[job].priority === urgent);
    begin(waiting.splice(next, 1)[0], now);
  };
  while (pending.length + serving.length > 0) {
    const now = Math.min(...pending.map(({ time }) => time), ...serving.map(({ end }) => end));
    const event = pending.findIndex(({ time }) => time === now);
    if (event >= 0) {
      const [{ job, cancel }] = pending.splice(event, 1);
      happen(job, cancel, now);
    } else {
      finishOne(now);
    }
  }
  return outcomes;
}
