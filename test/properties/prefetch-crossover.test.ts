/**
 * Prefetching reorders bandwidth, it does not create it: perfect prefetch never slows a run whose device is idle, and a
 * useless one on a saturated device does. Overlapped runs are list schedules and have anomalies (Graham 1969): doubling a
 * rate may lower tokens/s a little; the property is searched, and none may lose more than 5 %.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrefetcher, type RoutedTruth } from '../../policies/index.ts';
import { Simulation } from '../../sim/index.ts';
import { buildModel } from '../../workloads/models/index.ts';
import { type Machine, machine, run, tinyArchitecture } from '../workloads/inference/tiny-machine.ts';

const model = buildModel(tinyArchitecture(4, 16, 2), 'F16');
const expertBytes = model.expertBytes(1);
const overlapped = { model, execution: 'overlapped', tokens: 16, cacheBytes: 12 * expertBytes } as const;
const idle: Machine = { ...machine, latency: 1e7, bandwidth: 2e10, flops: 5e7, queueDepth: 8 };
const saturated: Machine = { ...machine, latency: 1e7, bandwidth: 2e8, flops: 1e10, queueDepth: 8 };

const random = () => new Simulation({ seed: 'gate' }).random('prefetch');
const oracle = (distance: number) => ({
  prefetcher: (truth: RoutedTruth) =>
    createPrefetcher({ policy: 'oracle', distance, budget: 99 }, truth, random()),
});
const gate = (recall: number, widen = 1) => ({
  prefetcher: (truth: RoutedTruth) =>
    createPrefetcher({ policy: 'gate-lookahead', recall, distance: 1, widen, budget: 99 }, truth, random()),
});

describe('prefetching', () => {
  it('is tried on machines that are what they are called', () => {
    const waiting = (m: Machine) => {
      const { outcome, seconds } = run({ ...overlapped, machine: m });
      return outcome.recorder.spentIn.wait / 1e12 / seconds;
    };
    expect(waiting(idle)).toBeLessThan(0.1);
    expect(waiting(saturated)).toBeGreaterThan(0.9);
  });

  it('never slows a run whose device is idle when it is perfect', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 8, max: 40 }),
        fc.double({ min: 1e7, max: 1e8, noNaN: true }),
        fc.integer({ min: 0, max: 2e7 }),
        (distance, cacheExperts, flops, latency) => {
          const options = {
            ...overlapped,
            cacheBytes: cacheExperts * expertBytes,
            machine: { ...idle, flops, latency },
          };
          expect(run({ ...options, ...oracle(distance) }).seconds).toBeLessThanOrEqual(
            run(options).seconds * (1 + 1e-9),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('slows a saturated run when it is useless, and the account says by what', () => {
    const without = run({ ...overlapped, machine: saturated });
    const useless = run({ ...overlapped, machine: saturated, ...gate(0, 2) });
    expect(useless.seconds).toBeGreaterThan(without.seconds * 1.02);
    const { usefulBytes, wastedBytes, cancelledBytes, issuedBytes } = useless.outcome.total.prefetched;
    expect(wastedBytes).toBeGreaterThan(usefulBytes);
    expect(issuedBytes).toBeGreaterThan(0);
    expect(cancelledBytes).toBeGreaterThanOrEqual(0);
  });

  it('accounts for every byte it issued', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom(idle, saturated, machine),
        (recall, widen, cacheExperts, m) => {
          const { outcome } = run({
            ...overlapped,
            cacheBytes: cacheExperts * expertBytes,
            machine: m,
            ...gate(recall, widen),
          });
          const { issuedBytes, usefulBytes, lateBytes, wastedBytes, cancelledBytes, pendingBytes } =
            outcome.total.prefetched;
          expect(usefulBytes + lateBytes + wastedBytes + cancelledBytes + pendingBytes).toBeCloseTo(
            issuedBytes,
            3,
          );
          const { requests, hits, joined, misses } = outcome.total.counts;
          expect(hits + joined + misses).toBe(requests);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('doubling under list scheduling', () => {
  it('loses at most 5 % in overlapped and prefetching runs', () => {
    let worst = 0;
    fc.assert(
      fc.property(
        fc.record({
          latency: fc.integer({ min: 0, max: 2e8 }),
          bandwidth: fc.double({ min: 1e8, max: 2e10, noNaN: true }),
          flops: fc.double({ min: 1e8, max: 1e11, noNaN: true }),
          memory: fc.double({ min: 5e8, max: 5e10, noNaN: true }),
          queueDepth: fc.integer({ min: 1, max: 16 }),
        }),
        fc.constantFrom('bandwidth', 'memory', 'flops'),
        fc.boolean(),
        (m, what, ahead) => {
          const options = { ...overlapped, ...(ahead ? gate(0.7, 1.5) : {}) };
          const base = { ...machine, ...m };
          const before = run({ ...options, machine: base }).seconds;
          const after = run({ ...options, machine: { ...base, [what]: 2 * base[what as 'flops'] } }).seconds;
          worst = Math.max(worst, after / before - 1);
          expect(after).toBeLessThanOrEqual(before * 1.05);
        },
      ),
      { numRuns: 60 },
    );
    expect(worst).toBeLessThanOrEqual(0.05);
  });
});
