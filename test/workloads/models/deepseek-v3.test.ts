/**
 * DeepSeek-V3 byte for byte. Expected values: the model's own figures (671,026,419,200 parameters, 37 B active), ggml's
 * block sizes multiplied out by hand, and the published Q4_K_M file of 404.4 GB.
 */
import { describe, expect, it } from 'vitest';
import { contextCost, embeddingCost, headCost, layerCosts } from '../../../workloads/models/costs.ts';
import { buildModel } from '../../../workloads/models/model.ts';
import { libraryModel } from './library.ts';

const architecture = libraryModel('deepseek-v3');
const q4 = buildModel(architecture, 'Q4_K');

const routedPerToken = (model: typeof q4) =>
  [...model.moeLayers].reduce((sum, layer) => sum + model.topK * model.expertBytes(layer), 0);

describe('tensors', () => {
  it('holds 671,026,419,200 parameters, 653,908,770,816 of them routed', () => {
    const count = (role?: string) =>
      q4.tensors
        .filter((tensor) => !role || tensor.role === role)
        .reduce((sum, tensor) => sum + tensor.elements, 0);
    expect(count()).toBe(671_026_419_200);
    expect(count('routed-experts')).toBe(58 * 256 * 3 * 7168 * 2048);
  });

  it('multiplies by 36.63 B parameters beside the embedding row', () => {
    let flops = headCost(q4).flops;
    for (let layer = 0; layer < 61; layer++) {
      const cost = layerCosts(q4, layer);
      flops += cost.attention.flops + cost.router.flops + cost.shared.flops + cost.dense.flops;
      if (layer >= 3) flops += 8 * cost.expert.flops;
    }
    expect(flops / 2e9).toBeCloseTo(36.626, 2);
  });

  it.each([
    ['attn_q_a.weight', [7168, 1536]],
    ['attn_q_b.weight', [1536, 128 * 192]],
    ['attn_kv_a_mqa.weight', [7168, 576]],
    ['attn_k_b.weight', [128, 512, 128]],
    ['attn_v_b.weight', [512, 128, 128]],
    ['attn_output.weight', [16384, 7168]],
    ['ffn_gate_inp.weight', [7168, 256]],
    ['exp_probs_b.bias', [256]],
    ['ffn_gate_exps.weight', [7168, 2048, 256]],
    ['ffn_down_exps.weight', [2048, 7168, 256]],
    ['ffn_up_shexp.weight', [7168, 2048]],
  ])('has blk.30.%s of %j', (name, shape) => {
    expect(q4.tensors.find((tensor) => tensor.name === `blk.30.${name}`)?.shape).toEqual(shape);
  });

  it('adds 11.61 B of its own for the prediction layer, 13.46 B with the copies of embedding and head', () => {
    const count = (model: typeof q4) => model.tensors.reduce((sum, tensor) => sum + tensor.elements, 0);
    const withCopies = buildModel(architecture, 'Q4_K', 'layer-order', { mtp: true });
    const without = buildModel({ ...architecture, mtp: { layers: 1 } }, 'Q4_K', 'layer-order', { mtp: true });
    expect((count(without) - count(q4)) / 1e9).toBeCloseTo(11.61, 2);
    expect((count(withCopies) - count(q4)) / 1e9).toBeCloseTo(13.46, 2);
    expect(withCopies.mtpLayers).toBe(1);
    expect(withCopies.moeLayers).toHaveLength(58);
  });
});

describe('quantisation', () => {
  it.each([
    ['Q4_K', 8_257_536, 11.49, 377.9],
    ['Q8_0', 15_597_568, 21.71, 713.3],
    ['FP8', 14_680_064, 20.43, 673.2],
    ['F16', 29_360_128, 40.87, 1342.3],
  ])('%s: matrices of %i B, %f GB routed per cold token, file of %f GB', (name, matrix, routed, file) => {
    const model = buildModel(architecture, name);
    expect(model.expertBytes(3)).toBe(3 * matrix);
    expect(model.expertExtents(60, 255).map((extent) => extent.bytes)).toEqual([matrix, matrix, matrix]);
    expect(routedPerToken(model) / 1e9).toBeCloseTo(routed, 2);
    expect(model.fileBytes / 1e9).toBeCloseTo(file, 1);
  });

  it('Q4_K_M: larger experts in 27 of 58 layers, 12.31 GB per cold token, 404 GB', () => {
    const model = buildModel(architecture, 'Q4_K_M');
    const sizes = [...model.moeLayers].map((layer) => model.expertBytes(layer));
    expect(sizes.filter((bytes) => bytes === 24_772_608)).toHaveLength(31);
    expect(sizes.filter((bytes) => bytes === 28_557_312)).toHaveLength(27);
    expect(routedPerToken(model) / 1e9).toBeCloseTo(12.31, 2);
    expect(sizes.reduce((sum, bytes) => sum + 256 * bytes, 0) / 1e9).toBeCloseTo(393.98, 2);
    expect(Math.abs(model.fileBytes / 404.4e9 - 1)).toBeLessThan(0.005);
    expect(model.tensors.find((tensor) => tensor.name === 'output.weight')?.type).toBe('Q6_K');
  });

  it('FP8 keeps one F32 scale for each block of 128 x 128 weights', () => {
    const model = buildModel(architecture, 'FP8');
    const scales = model.tensors.find((tensor) => tensor.name === 'blk.3.ffn_gate_exps.weight_scale_inv');
    expect(scales).toMatchObject({ role: 'scales', type: 'F32', shape: [56, 16, 256] });
  });

  it('keeps routers and norms in F32', () => {
    const router = q4.tensors.find((tensor) => tensor.name === 'blk.3.ffn_gate_inp.weight');
    expect(router).toMatchObject({ type: 'F32', bytes: 7_340_032 });
  });
});

describe('cost of a token', () => {
  it('reads 70,272 B of latent per context token, 4,997,120 B decompressed', () => {
    expect(q4.kvBytesPerToken('mla')).toBe(70_272);
    expect(q4.kvBytesPerToken('naive')).toBe(4_997_120);
    expect(q4.kvBytesPerToken('mla-with-v')).toBe(61 * (576 + 512) * 2);
    expect(q4.kvBytesPerToken('mla', 'Q8_0')).toBe((61 * 576 * 34) / 32);
    expect(contextCost(q4, 10, 1000).bytes * 61).toBe(70_272 * 1000);
  });

  it('counts attention over the context: absorbed over 576 and 512 values a head, naive over 192 and 128', () => {
    expect(contextCost(q4, 0, 100).flops).toBe(2 * 100 * 128 * (576 + 512));
    expect(contextCost(q4, 0, 100, 'naive').flops).toBe(2 * 100 * 128 * (192 + 128));
  });

  it('reads one row of the embedding', () => {
    expect(embeddingCost(q4).bytes).toBe((7168 / 256) * 144);
  });
});
