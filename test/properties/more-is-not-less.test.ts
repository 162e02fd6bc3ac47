/**
 * Doubling a bandwidth, a core count or a cache never lowers tokens/s: over synchronous runs without prefetch, trunk
 * pinned, equal-sized experts. Both runs see the same random numbers, so any slower run is the model's fault.
 *
 * Several I/O threads that each cost processor time take requests from one queue as they come free: that is a list
 * schedule, in which a faster device may change who takes what (Graham 1969). One thread, or threads without cost, have
 * a fixed order and no anomaly; the rest is held to 5 %, as overlapped runs are (prefetch-crossover.test.ts).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../workloads/models/index.ts';
import { type Machine, run, tinyArchitecture } from '../workloads/inference/tiny-machine.ts';

const model = buildModel(tinyArchitecture(4, 8, 2), 'F16');
const expertBytes = model.expertBytes(1);

const machines: fc.Arbitrary<Machine> = fc.record({
  latency: fc.integer({ min: 0, max: 2e8 }),
  bandwidth: fc.double({ min: 1e8, max: 2e10, noNaN: true }),
  flops: fc.double({ min: 1e8, max: 1e11, noNaN: true }),
  cores: fc.integer({ min: 1, max: 8 }),
  memory: fc.double({ min: 5e8, max: 5e10, noNaN: true }),
  request: fc.constantFrom(4096, 65536, 262144, 1048576),
  queueDepth: fc.integer({ min: 1, max: 16 }),
  ioThreads: fc.integer({ min: 1, max: 4 }),
  ioCost: fc.integer({ min: 0, max: 5e6 }),
  dma: fc.boolean(),
});
const isListSchedule = ({ ioThreads, ioCost }: Machine) => ioThreads > 1 && ioCost > 0;

const setups = fc.record({
  m: machines,
  cacheExperts: fc.integer({ min: 0, max: 24 }),
  policy: fc.constantFrom('lru', 'min'),
  promptTokens: fc.integer({ min: 0, max: 3 }),
  tokens: fc.integer({ min: 4, max: 10 }),
});

describe('more is not less', () => {
  it.each([
    'bandwidth',
    'memory',
    'cores',
    'cache',
  ] as const)('doubling %s never slows a synchronous run', (what) => {
    fc.assert(
      fc.property(setups, ({ m, cacheExperts, policy, promptTokens, tokens }) => {
        const time = (changed: Machine, experts: number) =>
          run({ model, machine: changed, policy, promptTokens, tokens, cacheBytes: experts * expertBytes })
            .seconds;
        const before = time(m, cacheExperts);
        const after =
          what === 'cache' ? time(m, 2 * cacheExperts) : time({ ...m, [what]: 2 * m[what] }, cacheExperts);
        expect(after).toBeLessThanOrEqual(before * (isListSchedule(m) ? 1.05 : 1 + 1e-9));
      }),
      { numRuns: 40 },
    );
  });
});
