/** The GGUF reader against files of the independent writer: round trips, split files, and headers that lie. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGgufHeader } from '../../../workloads/formats/gguf.ts';
import type { GgufFile } from '../../../workloads/formats/gguf-cursor.ts';
import { ggufOnDisk } from '../../../workloads/formats/gguf-disk.ts';
import { MemoryBudget } from '../../../workloads/formats/gguf-metadata.ts';
import { ggufModel } from '../../../workloads/formats/gguf-model.ts';
import { readGguf } from '../../../workloads/formats/gguf-splits.ts';
import { GGML_TYPES, ggmlTypeId } from '../../../workloads/models/ggml-types.ts';
import { buildModel } from '../../../workloads/models/model.ts';
import { describeMeasured, measured } from '../../data.ts';
import { runFuzz } from '../../fuzz/gguf.ts';
import { type WrittenHeader, type WrittenTensor, writeGguf } from '../../oracles/gguf-writer.ts';
import { libraryModel } from '../models/library.ts';
import { fileOf, ggufOf, metadataOf, smallMoe, splitGgufOf } from './gguf-fixtures.ts';

const read = (bytes: Uint8Array, dataBytes: number) => readGgufHeader(fileOf('m.gguf', bytes, dataBytes));

describe('a GGUF file and an architecture of the same model', () => {
  it.each([
    ['deepseek-v3', 'Q4_K_M'],
    ['deepseek-v2-lite', 'Q4_K'],
    ['qwen3-30b', 'Q4_K_M'],
    ['qwen3-next-80b', 'Q8_0'],
    ['gpt-oss-20b', 'MXFP4_MOE'],
    ['mixtral-8x7b', 'Q5_K_M'],
    ['glm-4.5-air', 'Q3_K_M'],
    ['llama-2-7b', 'F16'],
  ])('agree tensor by tensor: %s in %s', (name, quantisation) => {
    const architecture = libraryModel(name);
    const { bytes, dataBytes } = ggufOf(architecture, quantisation);
    const file = fileOf(`${name}.gguf`, bytes, dataBytes);
    const model = ggufModel(readGguf(file.name, () => file));
    const built = buildModel(architecture, quantisation, { order: 'layer-order', headerBytes: bytes.length });
    const byName = new Map(built.tensors.map((tensor, index) => [tensor.name, { tensor, index }]));
    expect(model.tensors).toHaveLength(built.tensors.length);
    for (const [index, tensor] of model.tensors.entries()) {
      const other = byName.get(tensor.name)!;
      expect(tensor).toEqual(other.tensor);
      expect(model.tensorExtent(index)).toEqual(built.tensorExtent(other.index));
    }
    expect(model.fileBytes).toBe(built.fileBytes);
    expect([...model.moeLayers]).toEqual([...built.moeLayers]);
    expect([model.layers, model.experts, model.topK]).toEqual([built.layers, built.experts, built.topK]);
    for (const layer of model.moeLayers) {
      expect(model.expertBytes(layer)).toBe(built.expertBytes(layer));
      expect(model.expertExtents(layer, model.experts - 1)).toEqual(
        built.expertExtents(layer, model.experts - 1),
      );
    }
    for (const choice of ['naive', 'mla-with-v', 'mla'] as const) {
      expect(model.kvBytesPerToken(choice)).toBe(built.kvBytesPerToken(choice));
    }
    expect(file.furthest).toBeLessThan(bytes.length + 64 * 1024);
  });

  it('agree where the model is split over files, whichever part is named', () => {
    const files = splitGgufOf(smallMoe, 'Q4_K_M', 3);
    const model = ggufModel(readGguf('model-00002-of-00003.gguf', (name) => files.get(name)!));
    const built = buildModel(smallMoe, 'Q4_K_M');
    expect(new Set(model.tensors)).toEqual(new Set(built.tensors));
    expect(model.files.map((file) => file.bytes)).toEqual([...files.values()].map((file) => file.bytes));
    for (const [index, { bytes }] of model.tensors.entries()) {
      const { offset } = model.tensorExtent(index);
      const file = model.files.findLast((candidate) => candidate.offset <= offset)!;
      expect(offset + bytes).toBeLessThanOrEqual(file.offset + file.bytes);
    }
  });
});

describe('on disk', () => {
  it('a file is read by its path, and its error names it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gguf-'));
    try {
      const { bytes, dataBytes } = ggufOf(smallMoe, 'Q4_K');
      const path = join(folder, 'model.gguf');
      writeFileSync(path, bytes);
      expect(() => readGguf(path, ggufOnDisk)).toThrow(/model\.gguf: '.*' .* ends after the file/);
      truncateSync(path, bytes.length + dataBytes);
      const model = ggufModel(readGguf(path, ggufOnDisk));
      expect(new Set(model.tensors)).toEqual(new Set(buildModel(smallMoe, 'Q4_K').tensors));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('header', () => {
  it.each([
    [2, false],
    [3, false],
    [3, true],
  ])('reads version %i, big-endian %s', (version, bigEndian) => {
    const { bytes, dataBytes } = ggufOf(smallMoe, 'Q8_0', { version, bigEndian });
    const header = read(bytes, dataBytes);
    expect(header).toMatchObject({
      version,
      littleEndian: !bigEndian,
      alignment: 32,
      dataOffset: bytes.length,
    });
    expect(header.metadata.get('deepseek2.expert_count')).toBe(8);
    expect(header.metadata.has('tokenizer.ggml.tokens')).toBe(false);
  });

  it('reads every kind of value and an own alignment', () => {
    const metadata: WrittenHeader['metadata'] = {
      a: { type: 'u8', value: 255 },
      b: { type: 'i8', value: -1 },
      c: { type: 'u16', value: 65535 },
      d: { type: 'i16', value: -2 },
      e: { type: 'i32', value: -3 },
      f: { type: 'f32', value: 0.5 },
      g: { type: 'bool', value: true },
      h: { type: 'u64', value: 2n ** 60n },
      i: { type: 'i64', value: -4n },
      j: { type: 'f64', value: 0.1 },
      k: { type: 'array', items: 'i32', value: [1, -2, 3] },
      'general.alignment': { type: 'u32', value: 4096 },
    };
    const header = read(writeGguf({ metadata, tensors: [], alignment: 4096 }), 0);
    expect(header.alignment).toBe(4096);
    expect(header.dataOffset).toBe(4096);
    const values = [...header.metadata.entries()]
      .filter(([key]) => key.length === 1)
      .map(([, value]) => value);
    expect(values).toEqual([255, -1, 65535, -2, -3, 0.5, true, 2n ** 60n, -4, 0.1, [1, -2, 3]]);
  });

  it('knows every type that ggml has, and its size', () => {
    const sizes: Record<string, number> = {
      MXFP4: 17 * 8,
      Q4_K: 144,
      Q8_0: 34 * 8,
      F16: 512,
      BF16: 512,
      IQ1_S: 50,
      NVFP4: 36 * 4,
    };
    for (const type of GGML_TYPES.filter((name) => ggmlTypeId(name) >= 0)) {
      const tensors = [{ name: 'x', shape: [256], type: ggmlTypeId(type), offset: 0 }];
      const [tensor] = read(writeGguf({ metadata: {}, tensors }), 4096).tensors;
      expect(tensor.type).toBe(type);
      if (sizes[type]) expect(tensor.bytes).toBe(sizes[type]);
    }
  });

  it('takes a vocabulary of 30,000 tokens without keeping it', () => {
    const { bytes, dataBytes } = ggufOf(smallMoe, 'Q4_K', {}, 30_000);
    expect(read(bytes, dataBytes).metadata.get('deepseek2.block_count')).toBe(4);
  });
});

describe('a hostile header', () => {
  const tensor = (change: Partial<WrittenTensor> = {}): WrittenTensor => ({
    name: 'x',
    shape: [256, 2],
    type: 12,
    offset: 0,
    ...change,
  });
  const header = (change: Partial<WrittenHeader>, dataBytes = 10_000) => {
    const bytes = writeGguf({ metadata: {}, tensors: [tensor()], ...change });
    return () => read(bytes, dataBytes);
  };

  it.each<[string, RegExp, () => unknown]>([
    ['wrong magic', /m\.gguf: not a GGUF file: it begins with "GGML"/, header({ magic: 'GGML' })],
    ['version 1', /GGUF version 1 is not supported/, header({ version: 1 })],
    ['version 99', /GGUF version 99/, header({ version: 99 })],
    [
      '2^60 tensors',
      /number of tensors is 1152921504606846976: not possible|number of tensors.*1152921504606846976/,
      header({ tensorCount: 2n ** 60n }),
    ],
    ['2^60 keys', /number of keys.*1152921504606846976/, header({ pairCount: 2n ** 60n })],
    ['2^40 tensors', /number of tensors is 1099511627776, but only/, header({ tensorCount: 2n ** 40n })],
    [
      'a dimension of 2^60',
      /a dimension of 'x'.*1152921504606846976/,
      header({ tensors: [tensor({ shape: [2n ** 60n] })] }),
    ],
    ['a shape of 2^80', /'x' has the shape/, header({ tensors: [tensor({ shape: [2 ** 40, 2 ** 40] })] })],
    ['an empty dimension', /'x' has the shape \[256,0\]/, header({ tensors: [tensor({ shape: [256, 0] })] })],
    ['no dimension', /has 0 dimensions/, header({ tensors: [tensor({ shape: [] })] })],
    ['five dimensions', /has 5 dimensions/, header({ tensors: [tensor({ shape: [256, 1, 1, 1, 1] })] })],
    [
      'a broken row',
      /'x' has rows of 255, no whole number of Q4_K blocks/,
      header({ tensors: [tensor({ shape: [255] })] }),
    ],
    [
      'an unknown type',
      /'x' has type 4, which is no type of ggml/,
      header({ tensors: [tensor({ type: 4 })] }),
    ],
    ['a tensor outside', /'x' .* ends after the file/, header({ tensors: [tensor({ offset: 9984 })] })],
    [
      'an offset of 2^60',
      /offset of 'x'.*1152921504606846976/,
      header({ tensors: [tensor({ offset: 2n ** 60n })] }),
    ],
    [
      'a misaligned tensor',
      /'x' lies at byte .*, no multiple of 32/,
      header({ tensors: [tensor({ offset: 33 })] }),
    ],
    [
      'overlapping tensors',
      /tensors 'x' and 'y' overlap/,
      header({ tensors: [tensor(), tensor({ name: 'y', offset: 256 })] }),
    ],
    ['a name twice', /tensor 'x' comes twice/, header({ tensors: [tensor(), tensor({ offset: 512 })] })],
    ['a long name', /has 600 bytes, at most 512/, header({ tensors: [tensor({ name: 'x'.repeat(600) })] })],
    [
      'alignment 0',
      /general\.alignment is 0/,
      header({ metadata: { 'general.alignment': { type: 'u32', value: 0 } } }),
    ],
    [
      'alignment 48',
      /general\.alignment is 48/,
      header({ metadata: { 'general.alignment': { type: 'u32', value: 48 } } }),
    ],
    [
      'alignment text',
      /general\.alignment is x/,
      header({ metadata: { 'general.alignment': { type: 'string', value: 'x' } } }),
    ],
  ])('%s is refused', (_, message, attempt) => {
    expect(attempt).toThrow(message);
  });

  it('is refused when it is cut off at any byte', () => {
    const { bytes, dataBytes } = ggufOf({ ...smallMoe, layers: 2 }, 'Q4_K');
    for (let length = 0; length < bytes.length; length++) {
      expect(() => read(bytes.slice(0, length), 0)).toThrow(/m\.gguf: /);
    }
    expect(() => read(bytes, dataBytes - 1)).toThrow(/truncated/);
    expect(read(bytes, dataBytes).tensors.length).toBeGreaterThan(30);
  });

  it('with lists nested without end is refused', () => {
    const nested = { type: 'array' as const, items: 'u8' as const, value: [] };
    const bytes = writeGguf({ metadata: { a: nested }, tensors: [] });
    const view = new DataView(bytes.buffer);
    const start = 4 + 4 + 8 + 8 + 8 + 1 + 4;
    const deep = new Uint8Array(start + 12 * 1000);
    deep.set(bytes.subarray(0, start));
    for (let at = start; at < deep.length; at += 12) {
      new DataView(deep.buffer).setUint32(at, 9, true);
      new DataView(deep.buffer).setBigUint64(at + 4, 1n, true);
    }
    expect(view.getUint32(start, true)).toBe(0);
    expect(() => read(deep, 0)).toThrow(/nested more than 8 deep/);
  });
});

describe('memory', () => {
  it('for keys and tensors is bounded over all parts of a model', () => {
    const { bytes, dataBytes } = ggufOf(smallMoe, 'Q4_K');
    const file = fileOf('m.gguf', bytes, dataBytes);
    expect(() => readGgufHeader(file, new MemoryBudget(10_000))).toThrow(
      /more keys and tensors than any real model/,
    );
  });
});

describe('a split model', () => {
  const files = () => splitGgufOf(smallMoe, 'Q4_K', 2);
  const first = 'model-00001-of-00002.gguf';
  const second = 'model-00002-of-00002.gguf';
  const open = (parts: Map<string, GgufFile>) => (name: string) => {
    const file = parts.get(name);
    if (!file) throw new Error('no such file');
    return file;
  };

  it('that lacks a part names it', () => {
    const parts = files();
    parts.delete(second);
    expect(() => readGguf(first, open(parts))).toThrow(
      /its part 'model-00002-of-00002\.gguf' cannot be opened: no such file/,
    );
  });

  it('that leads back to its first part is refused', () => {
    const parts = files();
    parts.set(second, parts.get(first)!);
    expect(() => readGguf(first, open(parts))).toThrow(/split\.no is 0, expected 1/);
  });

  it('under another name is told how to name it', () => {
    const parts = files();
    parts.set('x.gguf', parts.get(first)!);
    expect(() => readGguf('x.gguf', open(parts))).toThrow(/name them NAME-00001-of-00002\.gguf/);
  });

  it('whose parts do not belong together is refused', () => {
    const parts = files();
    parts.set(second, splitGgufOf({ ...smallMoe, layers: 5 }, 'Q4_K', 2).get(second)!);
    expect(() => readGguf(first, open(parts))).toThrow(/in an earlier part too|split\.tensors\.count says/);
  });
});

describe('a model from a header', () => {
  const model = (change: (metadata: WrittenHeader['metadata']) => void) => () => {
    const metadata = metadataOf(smallMoe);
    change(metadata);
    const { bytes, dataBytes } = ggufOf(smallMoe, 'Q4_K');
    const tensors = read(bytes, dataBytes).tensors.map((tensor) => ({
      ...tensor,
      type: ggmlTypeId(tensor.type),
      offset: tensor.offset - bytes.length,
    }));
    return ggufModel([read(writeGguf({ metadata, tensors }), dataBytes)]);
  };

  it.each([
    ['general.architecture', /m\.gguf: the key 'general\.architecture' is missing/],
    ['deepseek2.expert_used_count', /'deepseek2\.expert_used_count' is missing/],
    ['deepseek2.attention.kv_lora_rank', /'deepseek2\.attention\.kv_lora_rank' is missing/],
  ])('without %s is refused', (key, message) => {
    expect(model((metadata) => delete metadata[key])).toThrow(message);
  });

  it('with one tensor per expert is told to convert again', () => {
    const tensors = [{ name: 'blk.0.ffn_gate.7.weight', shape: [256], type: 0, offset: 0 }];
    const bytes = writeGguf({ metadata: metadataOf(smallMoe), tensors });
    expect(() => ggufModel([read(bytes, 1024)])).toThrow(/one tensor per expert .* convert the file again/);
  });

  it('with more experts a token than there are is refused', () => {
    const attempt = model((metadata) => {
      metadata['deepseek2.expert_used_count'].value = 9;
    });
    expect(attempt).toThrow(/topK: found 9, expected at most the 8/);
  });
});

describe('mutated headers', () => {
  it('500 of them, seeded, end in a model or in a clear error, within bounds', () => {
    const outcome = runFuzz(500, 'tests');
    expect(outcome.accepted + outcome.refused).toBe(500);
    expect(outcome.refused).toBeGreaterThan(100);
    expect(outcome.slowestMs).toBeLessThan(2_000);
  });
});

const tensorMap = 'inference/llamacpp-mmap/tensor_map.csv';
describeMeasured('tensors of a real file', [tensorMap], () => {
  it('are those of its architecture: names, shapes, types and bytes', () => {
    const rows = readFileSync(measured(tensorMap), 'utf8').trim().split('\n').slice(1);
    const real = rows.map((row) => {
      const [name, type, ...numbers] = row.split(',');
      const [ne0, ne1, ne2, , bytes] = numbers.map(Number);
      return { name, type, shape: [ne0, ne1, ne2], bytes };
    });
    const built = buildModel(
      {
        name: 'file',
        source: 'README beside the tensor map',
        layers: 18,
        denseLayers: 1,
        hidden: 2048,
        vocabulary: 32000,
        denseWidth: 6144,
        attention: {
          mla: {
            kind: 'mla',
            heads: 16,
            qRank: 768,
            kvRank: 512,
            nope: 128,
            rope: 64,
            v: 128,
            joinedKvB: true,
          },
        },
        experts: { count: 64, topK: 6, width: 1536, shared: 2, selectionBias: true },
      },
      { default: 'Q4_K', roles: { head: 'Q8_0' } },
    );
    const ours = built.tensors.map(({ name, type, shape, bytes }) => {
      const [ne0, ne1 = 1, ne2 = 1] = shape;
      return { name, type, shape: [ne0, ne1, ne2], bytes };
    });
    expect(new Set(ours)).toEqual(new Set(real));
    expect(built.expertExtents(5, 3).map((extent) => extent.bytes)).toEqual([
      1_769_472, 1_769_472, 1_769_472,
    ]);
  });
});
