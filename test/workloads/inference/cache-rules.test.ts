/**
 * The run's cache against a replay of the same demand: without prefetching, timing decides nothing, so every request has
 * the same outcome. And the rules of prefetching: what starts when, and what becomes of each byte.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayPolicy } from '../../../experiments/run/demand.ts';
import { createPrefetcher, type PrefetcherSpec } from '../../../policies/index.ts';
import { Simulation } from '../../../sim/index.ts';
import { MISS } from '../../../workloads/inference/cache-counts.ts';
import type { PrefetchRules } from '../../../workloads/inference/prefetch-queue.ts';
import { buildModel } from '../../../workloads/models/index.ts';
import { machine, type RunOptions, run, tinyArchitecture } from './tiny-machine.ts';

const model = buildModel(tinyArchitecture(4, 16, 2), 'F16');
const expertBytes = model.expertBytes(1);
const random = () => new Simulation({ seed: 'rules' }).random('prefetch');

describe('without prefetching', () => {
  it('the run hits what a replay of its demand hits', () => {
    fc.assert(
      fc.property(
        fc.record({
          policy: fc.constantFrom('lru', 's3-fifo', 'min', 'static-pin', 'lru+second-hit', 'least-stale'),
          scope: fc.constantFrom('global', 'layer'),
          prompt: fc.constantFrom('insert', 'bypass'),
          execution: fc.constantFrom('synchronous', 'overlapped'),
          batch: fc.constantFrom('layer', 'one'),
          promptTokens: fc.integer({ min: 0, max: 4 }),
          // A multiple of the layers, and room for more than what a layer uses at once.
          slots: fc.integer({ min: 3, max: 12 }),
        }),
        ({ slots, ...drawn }) => {
          // Overlapped waves of a prompt are in use two at a time.
          const rules = drawn.execution === 'overlapped' ? { ...drawn, promptTokens: 0 } : drawn;
          const options = { ...rules, model, tokens: 12, cacheBytes: 3 * slots * expertBytes } as const;
          const { outcome } = run({ ...options, machine: { queueDepth: 8 } });
          const outcomes = new Uint8Array(outcome.sequence.ids.length);
          replayPolicy(
            rules.policy,
            outcome.catalogue,
            outcome.sequence,
            { ...options, random: () => 0 },
            outcomes,
          );
          // One by one, a step's earlier objects stay protected in a run and not in a replay; MIN and static pins may
          // choose them as victims.
          fc.pre(rules.batch === 'layer' || ['lru', 'lru+second-hit'].includes(rules.policy));
          expect(Array.from(outcome.outcomes).join('')).toBe(Array.from(outcomes).join(''));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a prompt that is read around the cache evicts nothing', () => {
    const { outcome } = run({
      model,
      tokens: 12,
      promptTokens: 8,
      prompt: 'bypass',
      cacheBytes: 6 * expertBytes,
    });
    expect(outcome.atPhase.get('decode')!.evictions).toBe(0);
    expect(outcome.atPhase.get('decode')!.counts.hits).toBe(0);
  });
});

describe('a given hit ratio', () => {
  it('is what requests for experts hit, and what is read of them, at any capacity', () => {
    for (const hitRatio of [0, 0.3, 1]) {
      const options = { model, tokens: 400, cacheBytes: 5 * expertBytes, given: { hitRatio } };
      const { outcome } = run(options);
      const { hits, requests, bytesMissed } = outcome.total.counts;
      expect(hits / requests).toBeCloseTo(hitRatio, 1);
      expect(bytesMissed).toBe((requests - hits) * expertBytes);
      const expected = replayPolicy('lru', outcome.catalogue, outcome.sequence, {
        ...options,
        random: () => 0,
      });
      expect(expected.hits).toBeCloseTo(hitRatio * requests);
    }
  });
});

it('given bytes are what each generated token reads, to half an expert', () => {
  const bytesRead = [0, 0.4, 1, 1.6, 2, 9].map((share) => share * expertBytes);
  const { outcome } = run({ model, tokens: 6, cacheBytes: 5 * expertBytes, given: { bytesRead } });
  const { sequence, outcomes } = outcome;
  const perToken = sequence.ids.length / 6;
  const missed = bytesRead.map((_, token) => {
    const own = outcomes.slice(token * perToken, (token + 1) * perToken);
    return own.filter((outcome) => outcome === MISS).length;
  });
  expect(missed).toEqual([0, 0, 1, 2, 2, Math.min(9, perToken)]);
});

describe('prefetch rules', () => {
  const base: RunOptions = {
    model,
    execution: 'overlapped',
    tokens: 24,
    cacheBytes: 24 * expertBytes,
    machine: { ...machine, bandwidth: 1e9, flops: 2e8, queueDepth: 4 },
  };
  const gate: PrefetcherSpec = { policy: 'gate-lookahead', recall: 0.6, distance: 1, widen: 2, budget: 99 };
  const withRules = (
    prefetchRules: Partial<PrefetchRules>,
    spec: PrefetcherSpec = gate,
    options: RunOptions = {},
  ) =>
    run({
      ...base,
      prefetcher: (truth) => createPrefetcher(spec, truth, random()),
      prefetchRules,
      ...options,
    }).outcome;

  const saturated = { machine: { ...machine, latency: 1e6, bandwidth: 1e8, flops: 1e12, queueDepth: 1 } };

  it('read nothing ahead within a budget of less than an expert, and less within a small one', () => {
    const issued = (byteBudget: number) =>
      withRules({ byteBudget }, gate, saturated).total.prefetched.issuedBytes;
    const budgets = [expertBytes - 1, expertBytes, 2 * expertBytes, Number.POSITIVE_INFINITY].map(issued);
    expect(budgets[0]).toBe(0);
    for (let i = 1; i < budgets.length; i++) expect(budgets[i]).toBeGreaterThan(budgets[i - 1]);
  });

  it('cost a saturated device less when they read ahead only while no step waits', () => {
    const seconds = (idleOnly: boolean) =>
      withRules({ idleOnly }, gate, saturated).recorder.tokenTime.reduce((sum, time) => sum + time, 0);
    expect(seconds(true)).toBeLessThan(seconds(false));
  });

  it('let wrong reads end when they are not cancelled', () => {
    const slow = { machine: { ...machine, bandwidth: 2e8, queueDepth: 1 } };
    expect(withRules({}, gate, slow).total.prefetched.cancelledBytes).toBeGreaterThan(0);
    expect(withRules({ cancel: false }, gate, slow).total.prefetched.cancelledBytes).toBe(0);
  });

  it('read every hinted byte that is asked for twice', () => {
    const { total, outcomes } = withRules({ style: 'hint' }, { policy: 'oracle', distance: 1, budget: 99 });
    const { issuedBytes, usefulBytes, lateBytes, wastedBytes, pendingBytes, readTwiceBytes } =
      total.prefetched;
    expect(issuedBytes).toBeGreaterThan(0);
    expect([usefulBytes, lateBytes]).toEqual([0, 0]);
    expect(wastedBytes + pendingBytes).toBe(issuedBytes);
    // The oracle names nothing that is not asked for.
    expect(readTwiceBytes).toBe(wastedBytes);
    expect(outcomes).toEqual(run(base).outcome.outcomes);
  });

  it('account for every byte under any rules', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('read', 'hint'),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 2, max: 30 }),
        (idleOnly, cancel, style, budget, slots) => {
          const rules = { idleOnly, cancel, style, byteBudget: budget * expertBytes } as const;
          const { total } = withRules(rules, gate, { cacheBytes: slots * expertBytes });
          const p = total.prefetched;
          expect(p.usefulBytes + p.lateBytes + p.wastedBytes + p.cancelledBytes + p.pendingBytes).toBeCloseTo(
            p.issuedBytes,
            3,
          );
          expect(p.readTwiceBytes).toBeLessThanOrEqual(p.wastedBytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never add demand misses to MIN when they are perfect', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(2e7, 2e8, 2e9),
        (slots, distance, bandwidth) => {
          const options: RunOptions = {
            ...base,
            policy: 'min',
            cacheBytes: slots * expertBytes,
            machine: { ...machine, bandwidth, flops: 2e9, queueDepth: 4 },
          };
          const spec: PrefetcherSpec = { policy: 'oracle', distance, budget: 99 };
          expect(withRules({}, spec, options).total.counts.misses).toBeLessThanOrEqual(
            run(options).outcome.total.counts.misses,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('know hash-routed layers before the token begins', () => {
    const { total } = withRules({}, { policy: 'certain', layers: 3 });
    expect(total.prefetched.usefulBytes + total.prefetched.lateBytes).toBe(total.prefetched.issuedBytes);
    expect(total.prefetched.issuedBytes).toBeGreaterThan(0);
  });
});
