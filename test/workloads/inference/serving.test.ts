/**
 * Requests that arrive while others run: waiting against queueing theory and against Lindley's recursion, what the
 * scheduler must keep whatever arrives, and that an idle machine serves a request as if it were the only one.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponential, Simulation } from '../../../sim/index.ts';
import { type Request, rowsOf, stepsFor, tokensOf } from '../../../workloads/inference/requests.ts';
import { Scheduler, type SchedulerOptions } from '../../../workloads/inference/scheduler.ts';
import { buildModel } from '../../../workloads/models/index.ts';
import { waitMG1 } from '../../oracles/queueing.ts';
import { run, tinyArchitecture } from './tiny-machine.ts';

const random = (name: string) => new Simulation({ seed: 'serving' }).random(name);

/** Requests at these instants, with prompts and steps, one after the other in the routing. */
function requestsAt(arrivals: readonly number[], prompt: number, steps: number): Request[] {
  let first = 0;
  return arrivals.map((arrival) => {
    const request = { arrival, first, prompt, steps: stepsFor(steps) };
    first += rowsOf(request);
    return request;
  });
}

function poisson(count: number, mean: number, name: string): number[] {
  const source = random(name);
  let at = 0;
  return Array.from({ length: count }, () => (at += Math.round(exponential(source, mean))));
}

const scheduling = (requests: readonly Request[], more: Partial<SchedulerOptions> = {}) =>
  new Scheduler({
    requests,
    contextTokens: 0,
    maxBatch: 1,
    chunk: Infinity,
    continuous: true,
    warmupTokens: 0,
    warmupRequests: 0,
    ...more,
  });

/** Runs a scheduler whose passes take so long each. */
function serve(scheduler: Scheduler, passTime: number, look: (pass: ReturnType<Scheduler['next']>) => void) {
  let now = 0;
  for (;;) {
    const pass = scheduler.next(now);
    if (pass) {
      look(pass);
      now += passTime;
      scheduler.completed(pass, now);
    } else if (scheduler.nextArrival < Infinity) now = scheduler.nextArrival;
    else return;
  }
}

/** Waits of a single server, one after the other (D. V. Lindley, 1952). */
function lindley(arrivals: readonly number[], service: number): number[] {
  let free = 0;
  return arrivals.map((arrival) => {
    const start = Math.max(arrival, free);
    free = start + service;
    return start - arrival;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('one request at a time', () => {
  it.each([0.3, 0.6, 0.8])('waits as M/D/1 at a load of %d', (load) => {
    // A request is 4 passes: its prompt and 3 steps.
    const service = 4e6;
    const requests = requestsAt(poisson(60_000, service / load, `load ${load}`), 5, 3);
    const scheduler = scheduling(requests);
    serve(scheduler, service / 4, () => {});
    const waits = requests.map(({ arrival }, i) => scheduler.started[i] - arrival);
    const expected = waitMG1(load / service, service, 0);
    expect(Math.abs(mean(waits) / expected - 1)).toBeLessThan(0.06);
  });

  it('on the simulated machine waits as Lindley’s recursion says, to the picosecond', () => {
    const model = buildModel(tinyArchitecture(2, 8, 2), 'F16');
    const served = (arrivals: readonly number[]) =>
      run({
        model,
        requests: requestsAt(arrivals, 1, 2),
        tokens: arrivals.length * 3,
        continuous: { maxBatch: 1, warmupRequests: 0 },
      }).outcome.scheduler!;
    // Nothing is cached: every request costs the same.
    const [service] = served([0]).finished;
    const arrivals = poisson(200, service / 0.8, 'machine');
    const scheduler = served(arrivals);
    const waits = arrivals.map((arrival, i) => scheduler.started[i] - arrival);
    expect(waits).toEqual(lindley(arrivals, service));
    expect(Math.max(...waits)).toBeGreaterThan(service);
  });
});

it('far apart, each has the time to first token of a request alone', () => {
  const model = buildModel(tinyArchitecture(3, 8, 2), 'F16');
  const options = { model, cacheBytes: 2 * 8 * model.expertBytes(1), promptTokens: 4 };
  const alone = run({ ...options, tokens: 10 }).outcome;
  const { phaseStart } = alone.recorder;
  const arrivals = [1e12, 50e12, 99e12];
  const { scheduler, recorder } = run({
    ...options,
    cacheBytes: 0,
    requests: requestsAt(arrivals, 4, 5),
    tokens: 27,
    continuous: { maxBatch: 4, warmupRequests: 0 },
  }).outcome;
  for (const pass of recorder.passes) expect(pass.pass.groups).toHaveLength(1);
  expect(Array.from(scheduler!.started)).toEqual(arrivals);
  // The first has the routing of the run alone, and finds the same empty cache; the head is computed once more.
  const first = scheduler!.firstToken[0] - arrivals[0];
  const prefill = phaseStart.decode - phaseStart.prefill;
  expect(first).toBeGreaterThanOrEqual(prefill);
  expect(first / prefill).toBeLessThan(1.1);
});

it('whatever arrives: every row once and in order, never above maxBatch or chunk, first come first served', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gap: fc.integer({ min: 0, max: 30 }), prompt: fc.integer({ min: 0, max: 9 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 0, max: 3 }),
      (arriving, steps, maxBatch, chunk, draft) => {
        let first = 0;
        let arrival = 0;
        const accepted = random('accepted');
        const requests = arriving.map(({ gap, prompt }): Request => {
          arrival += gap;
          const speculation = draft > 0 ? { draft, acceptance: 0.5 } : undefined;
          const request = { arrival, first, prompt, steps: stepsFor(steps, speculation, accepted) };
          first += rowsOf(request);
          return request;
        });
        const scheduler = scheduling(requests, { maxBatch, chunk, contextTokens: 7 });
        const next = requests.map((request) => request.first);
        const gives = requests.map(() => 0);
        serve(scheduler, 10, (pass) => {
          expect(pass!.groups.length).toBeLessThanOrEqual(maxBatch);
          let prompts = 0;
          for (const group of pass!.groups) {
            expect(group.from).toBe(next[group.request]);
            next[group.request] += group.count;
            gives[group.request] += group.gives;
            if (group.prompt) prompts += group.count;
          }
          expect(prompts).toBeLessThanOrEqual(chunk);
          expect(pass!.gives).toBe(pass!.groups.reduce((sum, group) => sum + group.gives, 0));
        });
        requests.forEach((request, i) => {
          expect(next[i]).toBe(request.first + rowsOf(request));
          expect(gives[i]).toBe(tokensOf(request.steps) + (request.prompt > 0 ? 1 : 0));
          expect(scheduler.givenTo(i)).toBe(gives[i]);
          expect(scheduler.started[i]).toBeGreaterThanOrEqual(request.arrival);
          expect(scheduler.firstToken[i]).toBeGreaterThan(scheduler.started[i]);
          expect(scheduler.finished[i]).toBeGreaterThanOrEqual(scheduler.firstToken[i]);
          if (i > 0) expect(scheduler.started[i]).toBeGreaterThanOrEqual(scheduler.started[i - 1]);
        });
        expect(scheduler.finishedRequests).toBe(requests.length);
      },
    ),
    { numRuns: 200 },
  );
});
