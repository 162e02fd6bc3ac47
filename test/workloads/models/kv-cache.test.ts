/** KV cache against hand counts: growth with the context, windows, fixed states, quantised values, and what is read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextCost } from '../../../workloads/models/costs.ts';
import { KV_CHOICES, kvBytesPerToken, kvCacheBytes } from '../../../workloads/models/kv-cache.ts';
import { buildModel } from '../../../workloads/models/model.ts';
import { property } from '../../property.ts';
import { libraryModel, libraryNames } from './library.ts';

const kvOf = (name: string, tokens: number, choice: (typeof KV_CHOICES)[number] = 'mla') =>
  kvCacheBytes(libraryModel(name), tokens, choice);

describe('the cache', () => {
  it('of DeepSeek-V3 takes 288 MB at 4,096 tokens, and 71 times that decompressed', () => {
    expect(kvOf('deepseek-v3', 4096)).toBe(70_272 * 4096);
    expect(kvOf('deepseek-v3', 4096, 'naive') / kvOf('deepseek-v3', 4096)).toBeCloseTo(71.1, 1);
    expect(kvOf('deepseek-v3', 160 * 1024) / 1e9).toBeCloseTo(11.5, 1);
  });

  it('of gpt-oss stops growing in the 12 layers whose window of 128 is full', () => {
    const layer = 2 * 8 * 64 * 2;
    expect(kvOf('gpt-oss-20b', 100)).toBe(24 * layer * 100);
    expect(kvOf('gpt-oss-20b', 5000)).toBe(12 * layer * 5000 + 12 * layer * 128);
  });

  it('of Qwen3-Next keeps a fixed state in 36 layers and grows in 12', () => {
    const state = 4 * (32 * 128 * 128 + 3 * (2 * 16 * 128 + 32 * 128));
    expect(kvOf('qwen3-next-80b', 0)).toBe(36 * state);
    expect(kvOf('qwen3-next-80b', 1000) - kvOf('qwen3-next-80b', 0)).toBe(24_576 * 1000);
  });

  it('of DeepSeek-V4-Flash keeps 128 latents a layer and one per 4 or 128 tokens', () => {
    expect(kvOf('deepseek-v4-flash', 12_800)).toBe(43 * 128 * 1024 + 12_800 * 6880);
  });

  it.each([
    ['Q8_0', 34 / 32],
    ['Q4_0', 18 / 32],
    ['F32', 4],
  ] as const)('in %s takes %f bytes a value', (type, bytes) => {
    expect(kvBytesPerToken(libraryModel('qwen3-30b'), 'naive', type)).toBe(48 * 2 * 4 * 128 * bytes);
  });

  property([
    fc.constantFrom(...libraryNames),
    fc.integer({ min: 0, max: 1e6 }),
    fc.constantFrom(...KV_CHOICES),
  ])('grows with the context, in the end by kvBytesPerToken a token', (name, tokens, choice) => {
    const architecture = libraryModel(name);
    const growth =
      kvCacheBytes(architecture, tokens + 1, choice) - kvCacheBytes(architecture, tokens, choice);
    const limit = kvBytesPerToken(architecture, choice);
    expect(growth).toBeGreaterThanOrEqual(limit - 1e-3);
    if (tokens >= 128) expect(growth).toBeCloseTo(limit, 3);
  });
});

describe('attention over the context', () => {
  it('of GQA reads keys and values once and does 4 FLOP a head dimension and token', () => {
    const model = buildModel(libraryModel('qwen3-30b'), 'Q4_K');
    expect(contextCost(model, 0, 1000)).toEqual({
      bytes: 1000 * 2 * 4 * 128 * 2,
      flops: 4 * 1000 * 32 * 128,
    });
  });

  it('of a window reads at most the window', () => {
    const model = buildModel(libraryModel('gpt-oss-20b'), 'MXFP4');
    expect(contextCost(model, 0, 4000)).toEqual(contextCost(model, 1, 128));
  });

  it('behind an indexer reads every index key but only the chosen latents', () => {
    const model = buildModel(libraryModel('deepseek-v3.2'), 'FP8');
    const { bytes, flops } = contextCost(model, 0, 100_000);
    expect(bytes).toBe(2048 * 576 * 2 + 100_000 * 128 * 2);
    expect(flops).toBe(2 * 2048 * 128 * (576 + 512) + 2 * 100_000 * 64 * 128);
  });

  it('of linear attention costs the same at any length', () => {
    const model = buildModel(libraryModel('qwen3-next-80b'), 'Q4_K');
    expect(contextCost(model, 0, 10)).toEqual(contextCost(model, 0, 100_000));
    expect(contextCost(model, 0, 10).flops).toBe(8 * 32 * 128 * 128);
  });
});
