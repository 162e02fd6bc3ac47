/** The recipes against sizes that real files show, and the rules of llama-quantize case by case. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../workloads/models/ggml-types.ts';
import { buildModel } from '../../../workloads/models/model.ts';
import { useMoreBits } from '../../../workloads/models/quantisation.ts';
import { describeMeasured, measured } from '../../data.ts';
import { libraryModel } from './library.ts';

const typesOf = (name: string, quantisation: string, tensor: string) =>
  buildModel(libraryModel(name), quantisation)
    .tensors.filter((candidate) => new RegExp(tensor).test(candidate.name))
    .map((candidate) => candidate.type);

describe('llama-quantize', () => {
  it('gives more bits to 16 of 32 layers: the first and last eighth, and every third between', () => {
    const layers = Array.from({ length: 32 }, (_, i) => i).filter((i) => useMoreBits(i, 32));
    expect(layers).toEqual([0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31]);
  });

  it.each([
    ['llama-2-7b', 'Q4_K_M', '^output.weight', ['Q6_K']],
    ['llama-2-7b', 'Q4_K_M', 'token_embd.weight', ['Q4_K']],
    ['llama-2-7b', 'Q4_K_S', '.attn_v.weight', [...Array(4).fill('Q5_K'), ...Array(28).fill('Q4_K')]],
    ['llama-2-7b', 'Q3_K_M', '.ffn_down.weight', [...Array(2).fill('Q5_K'), ...Array(30).fill('Q4_K')]],
    ['mixtral-8x7b', 'Q4_K_M', '.attn_k.weight', Array(32).fill('Q8_0')],
    ['mixtral-8x7b', 'Q4_K_M', '.attn_output.weight', Array(32).fill('Q5_K')],
    ['deepseek-v3', 'Q4_K_M', '.attn_k_b.weight', Array(61).fill('Q5_0')],
    ['gpt-oss-20b', 'MXFP4_MOE', '_exps.weight', Array(72).fill('MXFP4')],
    ['gpt-oss-20b', 'MXFP4_MOE', '.attn_q.weight', Array(24).fill('Q8_0')],
    ['gpt-oss-20b', 'Q4_K', '.attn_q.weight', Array(24).fill('Q5_0')],
    ['deepseek-v4-flash', 'Q8_0', '.ffn_gate_tid2eid.weight', Array(3).fill('I32')],
  ])('%s in %s: %s', (name, quantisation, tensor, types) => {
    expect(typesOf(name, quantisation, tensor)).toEqual(types);
  });
});

describe('bits per weight of another format', () => {
  it('hold whatever the width is', () => {
    // 3 x 2560 x 640 = 4.915 M elements at 4.5 bits: 2.77 MB, as published for Qwen3.8-Flash-Next in 4 bits (7,588 slots
    // in 21.0 GB); rows of 640 are no whole number of blocks of 256.
    const model = buildModel(libraryModel('qwen3.8-flash-next'), '4.5 bpw');
    expect(model.expertBytes(0)).toBe(2_764_800);
  });
  it('are rounded over 256 elements', () => {
    // GLM-5's expert has 3 x 6144 x 2048 = 37.75 M elements: at 4 bits 18.87 MB, as colibri's int4 container has.
    const model = buildModel(libraryModel('glm-5'), '4 bpw');
    expect(model.expertBytes(3)).toBe(18_874_368);
    expect(bytesOf('2.875 bpw', 512)).toBe(2 * 92);
    expect(() => buildModel(libraryModel('glm-5'), '40 bpw')).toThrow(/bits per weight/);
  });
});

const trace = 'routing/qwen3-30b.route.csv.gz';
describeMeasured('expert sizes of a real Qwen3-30B Q4_K_M file', [trace], () => {
  it('are ours in each of the 48 layers', () => {
    const header = gunzipSync(readFileSync(measured(trace))).toString('latin1', 0, 10_000);
    const real = [...header.matchAll(/^# layer=(\d+) expert_bytes=(\d+)/gm)].map((match) => Number(match[2]));
    const model = buildModel(libraryModel('qwen3-30b'), 'Q4_K_M');
    expect([...model.moeLayers].map((layer) => model.expertBytes(layer))).toEqual(real);
  });
});
