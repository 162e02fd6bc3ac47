/** A KV cache on the drives: bytes of each step in closed form, and that it slows what it shares the drive with. */
import { describe, expect, it } from 'vitest';
import { kvRead, largestLayer } from '../../../workloads/inference/index.ts';
import { kvWritten } from '../../../workloads/inference/kv-store.ts';
import { buildModel } from '../../../workloads/models/index.ts';
import { runSmall } from '../../experiments/small-models.ts';

const experiment = (kv: string, more = '') => `
name: spill
model: {architecture: ./moe.yaml, quantisation: F16}
host: ryzen-7700x
storage: {device: wd-sn640-960gb}
memory: {kv: ${kv}}
cache: {capacity: 40 MB}
workload: {prompt: 3, generate: 6, warmup: 2, context: 1000${more}}
`;

/** Of the small model, F16: 2 x 2 heads of 64, keys and values. */
const TOKEN = 2 * 2 * 64 * 2;
const LAYERS = 4;

describe('bytes of a step', () => {
  it('are all earlier tokens read and each new one written, in every layer', async () => {
    const { kvSpill, storage } = await runSmall(experiment('drives'));
    // Tokens 3 to 6 are measured; before the first come the context, the prompt and two tokens.
    const before = [0, 1, 2, 3].map((i) => 1000 + 3 + 2 + i);
    expect(kvSpill!.bytesRead).toBe(LAYERS * TOKEN * before.reduce((a, b) => a + b));
    expect(kvSpill!.bytesWritten).toBe(LAYERS * TOKEN * 4);
    expect(storage.bytesRead).toBeGreaterThan(kvSpill!.bytesRead);
  });

  it('of a batch are those of each of its requests', async () => {
    const one = (await runSmall(experiment('drives'))).kvSpill!;
    const three = (await runSmall(experiment('drives', ', batch: 3'))).kvSpill!;
    expect(three).toEqual({ bytesRead: 3 * one.bytesRead, bytesWritten: 3 * one.bytesWritten });
  });

  it('stop growing at a window', () => {
    const kv = { choice: 'mla', type: 'F16' } as const;
    const architecture = {
      name: 'windowed',
      source: 'made for the tests',
      layers: 1,
      hidden: 256,
      vocabulary: 512,
      denseWidth: 512,
      attention: { full: { kind: 'gqa', heads: 4, kvHeads: 2, headDim: 64, window: 128 } },
    } as const;
    const model = buildModel(architecture, 'F16');
    expect(kvRead(model, 0, kv, { context: 101, count: 1 })).toBe(100 * TOKEN);
    expect(kvRead(model, 0, kv, { context: 2001, count: 1 })).toBe(128 * TOKEN);
    expect(kvRead(model, 0, kv, { context: 3, count: 3 })).toBe(0);
    expect(kvWritten(model, 0, kv, 5)).toBe(5 * TOKEN);
    expect(largestLayer(model, kv, 9999)).toBeGreaterThanOrEqual(128 * TOKEN);
  });
});

it('costs tokens/s, and frees the memory of all layers but one', async () => {
  const inMemory = await runSmall(experiment('memory'));
  const spilled = await runSmall(experiment('drives'));
  expect(spilled.tokensPerSecond.mean).toBeLessThan(inMemory.tokensPerSecond.mean);
  expect(spilled.memory!.kvBytes).toBeLessThan(inMemory.memory!.kvBytes / 2);
  expect(inMemory.kvSpill).toBeUndefined();
  expect(spilled.cache!.hits).toBe(inMemory.cache!.hits);
});
