/**
 * Every architecture of the library: totals against the sums of published shapes, KV cache against hand counts.
 * Expected totals are of facts/models: computed from exact tensor shapes, and within rounding of the official counts.
 */
import { describe, expect, it } from 'vitest';
import { checkArchitecture } from '../../../workloads/models/check-architecture.ts';
import { buildModel } from '../../../workloads/models/model.ts';
import { roleOf } from '../../../workloads/models/roles.ts';
import { fitIn, summarise } from '../../../workloads/models/summary.ts';
import { libraryModel, libraryNames } from './library.ts';

/** name, total, active a token beside the embedding row, routed (10^9 parameters), parameters an expert (10^6). */
const TOTALS: [string, number, number, number, number][] = [
  ['deepseek-v3', 671.026, 36.63, 653.909, 44.04],
  ['deepseek-v2', 235.741, 20.85, 222.718, 23.593],
  ['deepseek-v2-lite', 15.706, 2.451, 14.395, 8.651],
  ['kimi-k2', 1026.408, 31.69, 1014.686, 44.04],
  ['qwen3-235b', 235.094, 21.57, 227.096, 18.874],
  ['qwen3-30b', 30.532, 3.042, 28.991, 4.719],
  ['gpt-oss-20b', 20.915, 3.608, 19.117, 24.892],
  ['gpt-oss-120b', 116.829, 5.133, 114.702, 24.892],
  ['mixtral-8x7b', 46.703, 12.749, 45.097, 176.161],
  ['glm-4.5', 352.8, 32.86, 335.964, 23.593],
  ['glm-4.5-air', 106.852, 12.8, 99.657, 17.302],
  ['olmoe', 6.919, 1.179, 6.442, 6.291],
  ['llama-2-7b', 6.738, 6.607, 0, 0],
];

const within = (found: number, wanted: number, share: number) =>
  expect(Math.abs(found - wanted), `${found} against ${wanted}`).toBeLessThanOrEqual(wanted * share);

describe('totals', () => {
  it.each(
    TOTALS,
  )('%s: %f B, %f B active, %f B routed, %f M an expert', (name, total, active, routed, expert) => {
    const { parameters } = summarise(buildModel(libraryModel(name), 'F16'));
    within(parameters.total / 1e9, total, 0.001);
    within(parameters.active / 1e9, active, 0.001);
    within(parameters.routed / 1e9, routed, 0.001);
    within(parameters.perExpert / 1e6, expert, 0.001);
  });

  /** Newer families: 10^6 parameters of an expert, as their configurations and published slab sizes give them. */
  it.each([
    ['deepseek-v4-flash', 25.17],
    ['deepseek-v4-pro', 66.06],
    ['deepseek-v4.1-flash', 35.39],
    ['glm-5', 37.75],
    ['glm-5.3-flash', 25.17],
    ['glm-4.7-flash', 9.44],
    ['kimi-k3', 33.03],
    ['qwen3-next-80b', 3.146],
    ['qwen3.5-35b', 3.146],
    ['qwen3.5-397b', 12.58],
    ['minimax-m2', 14.16],
  ])('%s: %f M an expert', (name, expert) => {
    within(summarise(buildModel(libraryModel(name), 'F16')).parameters.perExpert / 1e6, expert, 0.001);
  });

  /** Newer families against the counts in their names or announcements, which are rounded. */
  it.each([
    ['deepseek-v3.2', 671.9, 0.001],
    ['deepseek-v4-flash', 284, 0.005],
    ['glm-5', 744, 0.005],
    ['qwen3-next-80b', 80, 0.01],
    ['qwen3.5-35b', 35, 0.02],
    ['qwen3.5-397b', 397, 0.005],
    ['minimax-m2', 230, 0.01],
    ['kimi-k3', 2780, 0.005],
    ['kimi-linear-48b', 48, 0.03],
  ])('%s: %f B within %f', (name, total, share) => {
    within(summarise(buildModel(libraryModel(name), 'F16')).parameters.total / 1e9, total, share);
  });
});

describe('KV cache', () => {
  it.each([
    ['deepseek-v3', 70_272],
    ['deepseek-v3.2', 70_272 + 61 * 128 * 2],
    ['deepseek-v4-flash', 5_536 + 1_344],
    ['deepseek-v4-pro', 9_848],
    ['deepseek-v4.1-flash', 2_560],
    ['glm-5', 89_856 + 78 * 128 * 2],
    ['glm-4.5', 376_832],
    ['glm-4.7-flash', 54_144],
    ['kimi-k2', 70_272],
    ['kimi-k3', 27_648],
    ['qwen3-next-80b', 24_576],
    ['qwen3.5-35b', 20_480],
    ['gpt-oss-20b', 24_576],
    ['gpt-oss-120b', 36_864],
    ['minimax-m2', 253_952],
    ['olmoe', 131_072],
    ['qwen3-30b', 98_304],
  ])('%s: %i B a token at 16 bits', (name, bytes) => {
    expect(buildModel(libraryModel(name), 'F16').kvBytesPerToken('mla')).toBe(bytes);
  });
});

describe('sizes', () => {
  it.each([
    ['deepseek-v2', 'Q4_K', 12.66, 4.7, 125],
    ['kimi-k2', 'Q4_K', 23.63, 11.89, 571],
    ['qwen3-235b', 'Q4_K', 10.13, 7.98, 128],
    ['qwen3-30b', 'Q4_K', 2.53, 1.019, 16.3],
    ['mixtral-8x7b', 'Q4_K', 94.5, 6.34, 25.4],
    ['glm-4.5', 'Q4_K', 12.66, 9.45, 189],
    ['olmoe', 'Q4_K', 3.375, 0.453, 3.6],
    ['gpt-oss-20b', 'MXFP4', 12.607, 1.269, 10.2],
    ['gpt-oss-120b', 'MXFP4_MOE', 12.607, 1.904, 60.9],
  ])('%s in %s: %f MiB an expert, %f GB routed a token, %f GB in all', (name, quantisation, expert, token, all) => {
    const model = buildModel(libraryModel(name), quantisation);
    const { bytes } = summarise(model);
    within(model.expertBytes(model.moeLayers[0]) / 2 ** 20, expert, 0.001);
    within(bytes.routedPerToken / 1e9, token, 0.002);
    within(bytes.byRole['routed-experts'] / 1e9, all, 0.01);
  });

  it('DeepSeek-V2-Lite in Q4_K: down matrices of 1408 columns are no whole Q4_K blocks and fall back to Q5_0', () => {
    const model = buildModel(libraryModel('deepseek-v2-lite'), 'Q4_K');
    expect(model.expertBytes(1)).toBe((1408 * 2048 * (2 * 144)) / 256 + (1408 * 2048 * 22) / 32);
  });

  it('Llama-2-7B in Q4_K_M: 4.080 GB, of which a token reads 4.007 GB', () => {
    const { bytes } = summarise(buildModel(libraryModel('llama-2-7b'), 'Q4_K_M'));
    expect(bytes.file / 1e9).toBeCloseTo(4.08, 2);
    expect(bytes.readPerToken / 1e9).toBeCloseTo(4.007, 2);
  });
});

describe('the summary', () => {
  const v3 = buildModel(libraryModel('deepseek-v3'), 'Q4_K_M');

  it('of DeepSeek-V3 in Q4_K_M tells its experts of two sizes and its KV cache by choice', () => {
    const { expert, bytes, kvBytesPerToken } = summarise(v3);
    expect(expert.bytes).toBe(28_557_312);
    expect(expert.extents.map((extent) => extent.bytes)).toEqual([12_042_240, 8_257_536, 8_257_536]);
    expect(expert.sizes).toEqual([
      { bytes: 24_772_608, layers: 31 },
      { bytes: 28_557_312, layers: 27 },
    ]);
    expect(bytes.routedPerToken / 1e9).toBeCloseTo(12.31, 2);
    expect(bytes.trunk + bytes.byRole['routed-experts']).toBe(
      v3.tensors.reduce((sum, t) => sum + t.bytes, 0),
    );
    expect(kvBytesPerToken).toEqual({ naive: 4_997_120, mlaWithV: 132_736, mla: 70_272 });
  });

  it('says what fits: nothing beside the trunk, some experts, all of them', () => {
    const { trunk } = summarise(v3).bytes;
    expect(fitIn(v3, trunk - 1, 0)).toMatchObject({ trunkFits: false, residentExperts: 0 });
    expect(fitIn(v3, trunk + 100 * 24_772_608, 0)).toMatchObject({ trunkFits: true, residentExperts: 100 });
    expect(fitIn(v3, trunk + 100 * 24_772_608, 24_772_608)).toMatchObject({ residentExperts: 99 });
    expect(fitIn(v3, 1e12, 0)).toMatchObject({ residentExperts: 58 * 256, residentShare: 1 });
    expect(fitIn(buildModel(libraryModel('llama-2-7b'), 'Q4_K_M'), 1e10, 0).residentShare).toBe(0);
  });
});

describe('descriptions', () => {
  it.each(
    libraryNames,
  )('%s passes the check, bears its file name, and has no tensor of unknown role', (name) => {
    const architecture = checkArchitecture(libraryModel(name), name);
    expect(architecture.name).toBe(name);
    for (const tensor of buildModel(architecture, 'Q4_K_M', 'layer-order', { mtp: true }).tensors) {
      expect(tensor.role).toBe(roleOf(tensor.name));
      if (tensor.role === 'other') expect(tensor.name).toMatch(/_exps\.bias$|eh_proj/);
    }
  });

  it.each([
    [{ layers: -3 }, /mine\.layers: found -3, expected a whole number/],
    [{ hidden: '4096' }, /mine\.hidden: found "4096"/],
    [{ hiden: 1 }, /mine\.hiden: found 1, expected no such key: allowed are .*hidden/],
    [{ experts: { count: 4, topK: 8, width: 2 } }, /experts\.topK: found 8, expected at most the 4/],
    [{ attention: { x: { kind: 'mqa' } } }, /attention\.x\.kind: found "mqa", expected one of mla, gqa/],
    [{ attentionPattern: ['full', 'mha'] }, /attentionPattern\[0\]: found "full", expected one of mha/],
    [{ denseWidth: undefined }, /mine\.denseWidth: missing/],
    [{ layers: 1e9 }, /mine\.layers: found 1000000000, expected at most/],
  ])('refuses %j', (change, message) => {
    expect(() => checkArchitecture({ ...libraryModel('llama-2-7b'), ...change }, 'mine')).toThrow(message);
  });
});
