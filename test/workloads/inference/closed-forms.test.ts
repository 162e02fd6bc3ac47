/**
 * The whole program against sums worked out by hand: an ideal device, no cache, synchronous, one request at a time. Every
 * step's time is its own, nothing overlaps, so a token's time is the sum of its steps.
 */
import { describe, expect, it } from 'vitest';
import { duration } from '../../../sim/index.ts';
import { softwareTime } from '../../../workloads/inference/index.ts';
import { contextCost, headCost, layerCosts } from '../../../workloads/models/index.ts';
import { machine, run } from './tiny-machine.ts';

type Round = (amount: number, rate: number) => number;
const rounded: Round = duration;
const real: Round = (amount, rate) => (amount / rate) * 1e12;

/** Time of decode token t by hand. */
function byHand(t: number, round: Round, { model, routing }: ReturnType<typeof run>, m = machine): number {
  const step = ({ flops, bytes }: { flops: number; bytes: number }) =>
    Math.max(round(flops, m.flops * m.cores), round(bytes, m.memory));
  const reads = (layer: number, expert: number) => {
    let time = 0;
    for (const { offset, bytes } of model.expertExtents(layer, expert)) {
      const end = Math.ceil((offset + bytes) / 4096) * 4096;
      for (let at = Math.floor(offset / 4096) * 4096; at < end; at += m.request)
        time += m.latency + round(Math.min(m.request, end - at), m.bandwidth);
    }
    return time;
  };
  let time = 0;
  for (let layer = 0; layer < model.layers; layer++) {
    const costs = layerCosts(model, layer);
    const seen = contextCost(model, layer, t + 1);
    time += step({ flops: costs.attention.flops + seen.flops, bytes: costs.attention.bytes + seen.bytes });
    const moe = model.moeLayers.indexOf(layer);
    if (moe < 0) {
      time += step(costs.dense);
      continue;
    }
    time += step(costs.router) + step(costs.shared);
    for (let k = 0; k < model.topK; k++) {
      const expert = routing.ids[(t * routing.layers + moe) * routing.topK + k];
      time += reads(layer, expert) + step(costs.expert);
    }
  }
  return time + step(headCost(model));
}

describe('synchronous, no cache, one request at a time', () => {
  it('takes exactly the sum of its steps, each rounded to ps', () => {
    const result = run({ tokens: 5 });
    for (let t = 0; t < 5; t++) expect(result.outcome.recorder.tokenTime[t]).toBe(byHand(t, rounded, result));
  });

  it('is within 1e-8 of the sum in real numbers', () => {
    const result = run({ tokens: 5, machine: { bandwidth: 3.3e9, flops: 7.7e8, memory: 19e9 } });
    const m = { ...machine, bandwidth: 3.3e9, flops: 7.7e8, memory: 19e9 };
    for (let t = 0; t < 5; t++) {
      const hand = byHand(t, real, result, m);
      expect(Math.abs(result.outcome.recorder.tokenTime[t] / hand - 1)).toBeLessThan(1e-8);
    }
  });

  it('is the compute bound where the device takes no time', () => {
    const fast = { latency: 0, bandwidth: Number.POSITIVE_INFINITY, dma: false };
    const result = run({ machine: fast, tokens: 3 });
    const { recorder } = result.outcome;
    expect(recorder.spentIn.wait).toBe(0);
    for (let t = 0; t < 3; t++)
      expect(recorder.tokenTime[t]).toBe(byHand(t, rounded, result, { ...machine, ...fast }));
  });

  it('is the I/O bound where computing takes no time', () => {
    const fast = { flops: Number.POSITIVE_INFINITY, memory: 1e30 };
    const result = run({ machine: fast, tokens: 3 });
    expect(result.outcome.recorder.spentIn.compute).toBe(0);
    for (let t = 0; t < 3; t++)
      expect(result.outcome.recorder.tokenTime[t]).toBe(byHand(t, rounded, result, { ...machine, ...fast }));
  });
});

describe('software costs', () => {
  const software = { perByte: 0.12e3, perRead: 3e6, perLayer: 50e6, perToken: 2e9 };

  it('add up: pass, layers, and each object that was not resident', () => {
    for (const execution of ['synchronous', 'overlapped'] as const)
      for (const cacheBytes of [0, 4e6]) {
        const { outcome, model } = run({ execution, tokens: 6, cacheBytes, software });
        const { misses, bytesMissed } = outcome.total.counts;
        const expected =
          6 * softwareTime(software, model.layers, 0, 0) +
          softwareTime({ ...software, perToken: 0 }, 0, misses, bytesMissed);
        expect(Math.abs(outcome.recorder.spentIn.software - expected)).toBeLessThan(misses);
      }
  });

  it('come on top of a synchronous token, and hide behind reads where computing overlaps', () => {
    const plain = run({ tokens: 5 });
    const time = run({ tokens: 5, software });
    for (let t = 0; t < 5; t++)
      expect(time.outcome.recorder.tokenTime[t]).toBe(
        byHand(t, rounded, plain) + Math.round(softwareTime(software, 3, 4, 4 * plain.model.expertBytes(1))),
      );
    const overlapped = run({
      tokens: 5,
      execution: 'overlapped',
      software: { ...software, perLayer: 0, perToken: 0 },
    });
    const bare = run({ tokens: 5, execution: 'overlapped' });
    const { software: spent } = overlapped.outcome.recorder.spentIn;
    expect(overlapped.seconds - bare.seconds).toBeLessThan(spent / 1e12);
  });
});

describe('what every execution keeps', () => {
  it('spends each instant of the window on computing, waiting or software', () => {
    for (const execution of ['synchronous', 'overlapped'] as const) {
      const { outcome } = run({ execution, tokens: 6, cacheBytes: 4e6, machine: { queueDepth: 8 } });
      const { recorder } = outcome;
      const spent = recorder.spentIn.compute + recorder.spentIn.wait + recorder.spentIn.software;
      expect(spent).toBe(recorder.tokenTime.reduce((sum, time) => sum + time, 0));
      const { requests, hits, joined, misses } = outcome.total.counts;
      expect(hits + joined + misses).toBe(requests);
    }
  });

  it('overlapping is never slower than waiting for all, on one request at a time', () => {
    for (const cacheBytes of [0, 1e6, 5e6]) {
      const time = (execution: 'synchronous' | 'overlapped') =>
        run({ execution, cacheBytes, tokens: 8 }).outcome.recorder.tokenTime.reduce((a, b) => a + b, 0);
      expect(time('overlapped')).toBeLessThan(time('synchronous'));
    }
  });
});
