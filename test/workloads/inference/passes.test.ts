/**
 * Passes of several rows: the union of experts against its closed form, what drafts give and cost, chunks of a prompt,
 * and that a batch of one is the plain run.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../sim/index.ts';
import { type Request, rowsOf, stepsFor, tokensOf } from '../../../workloads/inference/requests.ts';
import { passesOf } from '../../../workloads/inference/scheduler.ts';
import { NO_SOFTWARE_COSTS } from '../../../workloads/inference/software-costs.ts';
import { buildModel } from '../../../workloads/models/index.ts';
import { machine, type RunOptions, run, tinyArchitecture } from './tiny-machine.ts';

const model = buildModel(tinyArchitecture(3, 32, 4), 'F16');
const expertBytes = model.expertBytes(1);
const random = (name: string) => new Simulation({ seed: 'passes' }).random(name);

/** `count` requests of a prompt and steps each, one after the other in the routing. */
function requestsOf(count: number, prompt: number, steps: () => Request['steps']): Request[] {
  let first = 0;
  return Array.from({ length: count }, () => {
    const request = { arrival: 0, first, prompt, steps: steps() };
    first += rowsOf(request);
    return request;
  });
}

const runRequests = (requests: Request[], options: RunOptions = {}) =>
  run({
    model,
    requests,
    tokens: requests.reduce((sum, request) => sum + rowsOf(request), 0),
    machine: { queueDepth: 8 },
    ...options,
  }).outcome;

/** Experts asked for at a layer, mean over the passes from `from` on. */
function union(outcome: ReturnType<typeof runRequests>, prefill: boolean): number {
  const { batchStart, prefillBatches, ids } = outcome.sequence;
  const prompt = batchStart[prefillBatches];
  const passes = outcome.recorder.passes.filter(({ pass }) => pass.decodes !== prefill).length;
  return (prefill ? prompt : ids.length - prompt) / (passes * model.moeLayers.length);
}

describe('a batch under uniform routing', () => {
  it.each([1, 2, 4, 16])('of %i reads E (1 - (1 - k/E)^B) experts a layer', (size) => {
    const steps = 400 / size;
    const outcome = runRequests(requestsOf(size, 0, () => stepsFor(steps)));
    const expected = 32 * (1 - (1 - 4 / 32) ** size);
    // Variance of a union is less than that of independent experts, E q (1 - q).
    const q = (1 - 4 / 32) ** size;
    const error = Math.sqrt((32 * q * (1 - q)) / (steps * 2));
    expect(Math.abs(union(outcome, false) - expected)).toBeLessThanOrEqual(4 * error);
    expect(outcome.recorder.passes.map(({ pass }) => pass.gives)).toEqual(Array(steps).fill(size));
  });

  it('and a prompt of N tokens leaves a share of (1 - k/E)^N untouched', () => {
    const outcome = runRequests(
      requestsOf(60, 8, () => stepsFor(1)),
      { chunk: 8 },
    );
    const untouched = 1 - union(outcome, true) / 32;
    expect(untouched).toBeCloseTo((1 - 4 / 32) ** 8, 1);
    expect(Math.abs(untouched - (1 - 4 / 32) ** 8)).toBeLessThan(0.03);
  });

  it('of one is the plain run', () => {
    const options = { promptTokens: 3, cacheBytes: 9 * expertBytes, execution: 'overlapped' } as const;
    const plain = run({ ...options, model, tokens: 9, machine: { queueDepth: 8 } }).outcome;
    const one = runRequests(
      requestsOf(1, 3, () => stepsFor(6)),
      options,
    );
    expect(one.recorder.tokenTime).toEqual(plain.recorder.tokenTime);
  });
});

describe('drafts', () => {
  it('give (1 - a^(n+1)) / (1 - a) tokens a step', () => {
    for (const [draft, acceptance] of [
      [1, 0.5],
      [3, 0.8],
      [7, 0.3],
    ]) {
      const steps = stepsFor(40_000, { draft, acceptance }, random(`${draft}`));
      const expected = (1 - acceptance ** (draft + 1)) / (1 - acceptance);
      expect(tokensOf(steps)).toBe(40_000);
      expect(Math.abs(tokensOf(steps) / steps.length / expected - 1)).toBeLessThan(0.02);
    }
  });

  it('lose where experts miss, and win where they are in memory and a pass has a fixed cost', () => {
    const speculation = { draft: 3, acceptance: 0.6 };
    const seconds = (drafts: boolean, options: RunOptions) => {
      const steps = () => (drafts ? stepsFor(60, speculation, random('accepted')) : stepsFor(60));
      const { recorder } = runRequests(requestsOf(1, 0, steps), options);
      return recorder.tokenTime.reduce((sum, time) => sum + time, 0);
    };
    const missing: RunOptions = { cacheBytes: 0, machine: { ...machine, flops: 1e12, queueDepth: 8 } };
    expect(seconds(true, missing)).toBeGreaterThan(seconds(false, missing));
    const resident: RunOptions = {
      given: { hitRatio: 1 },
      software: { ...NO_SOFTWARE_COSTS, perLayer: 1e9 },
      machine: { ...machine, flops: 1e15 },
    };
    expect(seconds(true, resident)).toBeLessThan(seconds(false, resident));
  });
});

it('every pass keeps the rows of every request, whatever batch, chunk and drafts', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 4 }),
      (count, prompt, generate, chunk, draft) => {
        const source = random('any');
        const requests = requestsOf(count, prompt, () =>
          stepsFor(generate, { draft, acceptance: 0.5 }, source),
        );
        const rows: number[] = [];
        let gives = 0;
        for (const pass of passesOf({
          requests,
          contextTokens: 7,
          maxBatch: count,
          chunk,
          continuous: false,
          warmupTokens: 0,
          warmupRequests: 0,
        })) {
          gives += pass.gives;
          let prompts = 0;
          for (const group of pass.groups) {
            if (group.prompt) prompts += group.count;
            for (let row = group.from; row < group.from + group.count; row++) rows.push(row);
            expect(group.context).toBeLessThanOrEqual(7 + prompt + generate);
          }
          expect(prompts).toBeLessThanOrEqual(chunk);
        }
        expect(rows.sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
        expect(rows.length).toBe(requests.reduce((sum, request) => sum + rowsOf(request), 0));
        expect(gives).toBe(count * generate);
      },
    ),
    { numRuns: 100 },
  );
});
