/** Extents of tensors and experts under every order: nothing overlaps, nothing is lost, alignment holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Extent, LayoutOptions } from '../../../workloads/layout/extents.ts';
import { fileMap } from '../../../workloads/layout/file-map.ts';
import { LAYOUT_ORDERS } from '../../../workloads/layout/order.ts';
import type { Architecture } from '../../../workloads/models/architecture.ts';
import { buildModel, type Model } from '../../../workloads/models/model.ts';
import { property } from '../../property.ts';

const small: Architecture = {
  name: 'small',
  source: 'made up for this test',
  layers: 12,
  denseLayers: 1,
  hidden: 256,
  vocabulary: 100,
  denseWidth: 512,
  attention: { full: { kind: 'gqa', heads: 4, kvHeads: 2, headDim: 64 } },
  experts: { count: 6, topK: 2, width: 256 },
};

const namesInOrder = (model: Model) =>
  model.tensors
    .map((tensor, index) => ({ name: tensor.name, offset: model.tensorExtent(index).offset }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ name }) => name);

/** Every extent of the model: tensors whole, experts one by one. */
function allExtents(model: Model): Extent[] {
  const whole = model.tensors.flatMap((tensor, index) =>
    tensor.role === 'routed-experts' ? [] : [model.tensorExtent(index)],
  );
  const routed = [...model.moeLayers].flatMap((layer) =>
    Array.from({ length: model.experts }, (_, expert) => model.expertExtents(layer, expert)).flat(),
  );
  return [...whole, ...routed].sort((a, b) => a.offset - b.offset);
}

const options = fc.record({
  order: fc.constantFrom(...LAYOUT_ORDERS),
  alignment: fc.constantFrom(32, 512, 4096),
  headerBytes: fc.integer({ min: 0, max: 100_000 }),
  splitBytes: fc.constantFrom(Number.POSITIVE_INFINITY, 500_000, 2_000_000),
}) satisfies fc.Arbitrary<LayoutOptions>;

describe('layout', () => {
  property([options, fc.constantFrom('Q4_K', 'Q4_K_M', 'F16')])(
    'places each byte once',
    (layout, quantisation) => {
      const model = buildModel(small, quantisation, layout);
      const extents = allExtents(model);
      for (let i = 1; i < extents.length; i++) {
        expect(extents[i].offset).toBeGreaterThanOrEqual(extents[i - 1].offset + extents[i - 1].bytes);
      }
      const placed = extents.reduce((sum, extent) => sum + extent.bytes, 0);
      expect(placed).toBe(model.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0));
      for (const { offset, bytes } of extents) {
        const file = model.files.find((f) => offset >= f.offset && offset < f.offset + f.bytes)!;
        expect(offset + bytes).toBeLessThanOrEqual(file.offset + file.bytes);
      }
      for (const [index, tensor] of model.tensors.entries()) {
        if (layout.order === 'expert-contiguous' && tensor.role === 'routed-experts') continue;
        const { offset } = model.tensorExtent(index);
        const file = model.files.findLast((f) => f.offset <= offset)!;
        expect((offset - file.offset) % layout.alignment).toBe(0);
      }
    },
  );

  it('orders layers by number, or by the letters of their names', () => {
    const layers = (model: Model) => [...new Set(namesInOrder(model).map((name) => name.split('.')[1]))];
    const numeric = layers(buildModel(small, 'Q4_K', 'layer-order')).filter((part) => part !== 'weight');
    const letters = layers(buildModel(small, 'Q4_K', 'alphabetical')).filter((part) => part !== 'weight');
    expect(numeric).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11']);
    expect(letters).toEqual(['0', '1', '10', '11', '2', '3', '4', '5', '6', '7', '8', '9']);
    const experts = namesInOrder(buildModel(small, 'Q4_K', 'alphabetical')).filter((name) =>
      name.includes('_exps'),
    );
    expect(experts.slice(0, 3)).toEqual([
      'blk.1.ffn_down_exps.weight',
      'blk.1.ffn_gate_exps.weight',
      'blk.1.ffn_up_exps.weight',
    ]);
  });

  it('puts the experts before all else, where the converter of gpt-oss does', () => {
    const names = namesInOrder(buildModel(small, 'Q4_K', 'experts-first'));
    expect(names.slice(0, 4)).toEqual([
      'blk.1.ffn_down_exps.weight',
      'blk.1.ffn_gate_exps.weight',
      'blk.1.ffn_up_exps.weight',
      'blk.10.ffn_down_exps.weight',
    ]);
    const others = names.slice(3 * 11);
    expect(others.some((name) => name.includes('_exps'))).toBe(false);
    expect(others.slice(0, 4)).toEqual([
      'output.weight',
      'output_norm.weight',
      'token_embd.weight',
      'blk.0.attn_k.weight',
    ]);
  });

  it('puts the matrices of an expert side by side, as one extent, where asked', () => {
    const scattered = buildModel(small, 'Q4_K', 'layer-order');
    const model = buildModel(small, 'Q4_K', { order: 'expert-contiguous', alignment: 4096 });
    expect(scattered.expertExtents(3, 2)).toHaveLength(3);
    const [extent, ...rest] = model.expertExtents(3, 2);
    expect(rest).toEqual([]);
    expect(extent.bytes).toBe(model.expertBytes(3));
    expect(extent.offset % 4096).toBe(0);
    const routed = model.tensors.findIndex((tensor) => tensor.role === 'routed-experts');
    expect(() => model.tensorExtent(routed)).toThrow(/expertExtents/);
  });

  it('never lets a tensor cross from one file to the next', () => {
    const model = buildModel(small, 'F16', { order: 'layer-order', splitBytes: 1_000_000 });
    expect(model.files.length).toBeGreaterThan(5);
    expect(model.fileBytes).toBe(model.files.reduce((sum, file) => sum + file.bytes, 0));
  });

  it('spreads experts over drives as a placement policy says, and the rest with them', () => {
    const bytes = 2 ** 30;
    const driveOf = (layer: number, expert: number) => (expert < 0 ? 0 : (layer + expert) % 3);
    const model = buildModel(small, 'Q4_K', {
      order: 'expert-contiguous',
      drives: { count: 3, bytes, driveOf },
    });
    for (const layer of model.moeLayers) {
      for (let expert = 0; expert < model.experts; expert++) {
        const [extent, ...rest] = model.expertExtents(layer, expert);
        expect(rest).toEqual([]);
        expect(Math.floor(extent.offset / bytes)).toBe((layer + expert) % 3);
      }
    }
    expect(model.files.map((file) => file.offset)).toEqual([0, bytes, 2 * bytes]);
    const crowded = { count: 3, bytes: 100_000, driveOf };
    expect(() => buildModel(small, 'Q4_K', { order: 'expert-contiguous', drives: crowded })).toThrow(
      /does not fit on drive 0/,
    );
    const beyond = { count: 2, bytes, driveOf };
    expect(() => buildModel(small, 'Q4_K', { order: 'expert-contiguous', drives: beyond })).toThrow(
      /drive 2: there are 2/,
    );
  });

  it.each(LAYOUT_ORDERS)('maps the whole file in a few regions: %s', (order) => {
    const model = buildModel(small, 'Q4_K', { order, headerBytes: 64 });
    const regions = fileMap(model);
    const covered = regions.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(covered).toBeGreaterThan(model.fileBytes - 64 - 32 * model.tensors.length);
    expect(covered).toBeLessThanOrEqual(model.fileBytes - 64);
    expect(regions.length).toBeLessThan(model.tensors.length);
    const routed = regions.filter((region) => region.layer === 5 && region.role === 'routed-experts');
    const bytes = routed.reduce((sum, region) => sum + region.bytes, 0);
    expect(bytes).toBeGreaterThanOrEqual(model.experts * model.expertBytes(5));
  });

  it('names the orders there are when asked for another', () => {
    expect(() => buildModel(small, 'Q4_K', { order: 'random' as 'layer-order' })).toThrow(
      /'random'.*layer-order/,
    );
    expect(() => buildModel(small, 'Q4_X')).toThrow(/'Q4_X'.*Q4_K_M/);
  });
});
