/** Routing trace formats: what is written reads back the same, and what is wrong is refused with its place. */

import { createReadStream } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  loadRouting,
  type ObjectRequests,
  ROUTING_FORMATS,
  type RoutingBlock,
  type RoutingHeader,
  readOracleGeneral,
  readTensorAccesses,
  readU32,
  TraceError,
  writeOracleGeneral,
  writeRouting,
  writeU32,
} from '../../../workloads/routing/formats/index.ts';
import { NOT_RECORDED } from '../../../workloads/routing/routed-tokens.ts';
import { describeMeasured, measured } from '../../data.ts';
import { property } from '../../property.ts';

const bytes = (text: string) => [Buffer.from(text)];
/** Each property runs once a format: fewer runs each. */
const RUNS = { numRuns: 30 };
const load = (text: string, format?: string) => loadRouting(bytes(text), { file: 'trace', format });

/** A prompt of several tokens, whose last layer routes the last token only, then generated tokens. */
const recording = fc
  .record({ layers: fc.integer({ min: 2, max: 4 }), topK: fc.integer({ min: 1, max: 3 }) })
  .chain(({ layers, topK }) => {
    const row = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: topK, maxLength: topK });
    const tokens = (min: number, max: number) =>
      fc.array(fc.array(row, { minLength: layers, maxLength: layers }), { minLength: min, maxLength: max });
    return fc.record({
      layers: fc.constant(layers),
      topK: fc.constant(topK),
      prompt: tokens(2, 4),
      decode: tokens(1, 5),
    });
  });

function blocksOf({
  layers,
  topK,
  prompt,
  decode,
}: {
  layers: number;
  topK: number;
  prompt: number[][][];
  decode: number[][][];
}) {
  const experts = Math.max(...[...prompt, ...decode].flat(2)) + 1;
  const block = (rows: number[][][], phase: RoutingBlock['phase']): RoutingBlock => {
    const ids = Uint16Array.from(rows.flat(2));
    return { tokens: rows.length, layers, topK, experts, phase, turn: 0, ids };
  };
  return [block(prompt, 'prefill'), block(decode, 'decode')];
}

const idsOf = (blocks: readonly RoutingBlock[]) => blocks.flatMap((block) => [...block.ids]);

describe('round trip', () => {
  for (const { name } of ROUTING_FORMATS) {
    property([recording, fc.integer({ min: 1, max: 40 })], RUNS)(
      `${name}: what is written reads back`,
      async (made, cut) => {
        const blocks = blocksOf(made);
        const header: RoutingHeader = { layers: Array.from({ length: made.layers }, (_, l) => l + 1) };
        if (name === 'bigmoe') header.expertBytes = header.layers!.map(() => 1000);
        const text = [...writeRouting(name, blocks, header)].join('');
        const whole = Buffer.from(text);
        const chunks = Array.from({ length: Math.ceil(whole.length / cut) }, (_, i) =>
          whole.subarray(i * cut, (i + 1) * cut),
        );
        const read = await loadRouting(chunks, { file: 'trace' });
        expect([...read.ids]).toEqual(idsOf(blocks));
        expect(read.layers).toBe(made.layers);
        expect(read.topK).toBe(made.topK);
        if (name !== 'moe-beyond') expect(read.header.layers).toEqual(header.layers);
        // Formats with a call number or phase keep prompt and generation apart.
        if (['bigmoe', 'colibri', 'csv'].includes(name))
          expect(read.blocks.map(({ phase }) => phase)).toEqual(['prefill', 'decode']);
        // gzip is undone.
        const unzipped = await loadRouting([gzipSync(whole)], { file: 'trace.gz' });
        expect([...unzipped.ids]).toEqual([...read.ids]);
      },
    );

    property([recording, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })], RUNS)(
      `${name}: cut anywhere, it reads a whole number of tokens or says where it is cut`,
      async (made, at) => {
        const blocks = blocksOf(made);
        const text = [...writeRouting(name, blocks, {})].join('');
        const cut = text.slice(0, Math.floor(at * text.length));
        try {
          const read = await load(cut, name);
          expect(read.ids.length % (read.layers * read.topK)).toBe(0);
        } catch (error) {
          expect(error).toBeInstanceOf(TraceError);
          expect((error as Error).message).toMatch(/^trace:\S+: found .*; expected /s);
        }
      },
    );
  }

  it('keeps gate weights and the engine’s hits', async () => {
    const [block] = blocksOf({
      layers: 2,
      topK: 2,
      prompt: [],
      decode: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    }).slice(1);
    const full = {
      ...block,
      weights: Float32Array.of(0.5, 0.25, 0.75, 0.125),
      hits: Uint8Array.of(1, 0, 0, 1),
    };
    const header = { layers: [0, 1], expertBytes: [10, 20] };
    const big = await load([...writeRouting('bigmoe', [full], header)].join(''));
    expect([...big.blocks[0].hits!]).toEqual([1, 0, 0, 1]);
    expect(big.header.expertBytes).toEqual([10, 20]);
    for (const name of ['bigmoe', 'colibri', 'lattice']) {
      const read = await load([...writeRouting(name, [full], header)].join(''));
      expect([...read.weights!]).toEqual([0.5, 0.25, 0.75, 0.125]);
    }
  });

  property([
    fc.array(fc.record({ id: fc.integer({ min: 0, max: 9 }), size: fc.integer({ min: 1, max: 1e9 }) }), {
      minLength: 1,
    }),
  ])('object requests: .u32 and oracleGeneral', async (requests) => {
    const ids = Uint32Array.from(requests, ({ id }) => id);
    const sizes = Uint32Array.from(requests, ({ size }) => size);
    const collect = async (blocks: AsyncIterable<ObjectRequests>) => {
      const all = { ids: [] as number[], sizes: [] as number[] };
      for await (const block of blocks) {
        all.ids.push(...block.ids);
        all.sizes.push(...(block.sizes ?? []));
      }
      return all;
    };
    const u32 = await collect(readU32([gzipSync(writeU32(ids))], 'a.u32.gz'));
    expect(u32.ids).toEqual([...ids]);
    const whole = writeOracleGeneral({ ids, sizes });
    const oracle = await collect(
      readOracleGeneral([whole.subarray(0, 7), whole.subarray(7)], 'a.oracleGeneral'),
    );
    const order = [...new Set(ids)];
    expect(oracle.ids).toEqual(Array.from(ids, (id) => order.indexOf(id)));
    expect(oracle.sizes).toEqual([...sizes]);
    await expect(collect(readOracleGeneral([whole.subarray(1)], 'cut'))).rejects.toThrow(
      /cut:record \d+: found 23 bytes/,
    );
  });
});

describe('a layer-by-layer prompt', () => {
  it('is gathered into tokens, and rows that were not recorded say so', async () => {
    const rows = ['token,batch_pos,layer,e0', '0,0,1,5', '0,1,1,6', '0,1,2,7', '1,0,1,8', '1,0,2,9'];
    const read = await load(rows.join('\n'));
    expect(read.header.layers).toEqual([1, 2]);
    expect([...read.ids]).toEqual([5, NOT_RECORDED, 6, 7, 8, 9]);
  });
});

describe('errors', () => {
  const bad: [string, string, RegExp][] = [
    ['empty', '', /trace:1: found an empty file; expected a routing trace in one of the formats/],
    ['unknown', 'hello\n', /trace:1: found "hello/],
    [
      'not JSON',
      '{"layers": [[1]]}\n{"layers": [[1]\n',
      /trace:2: found .*; expected one JSON object a line/,
    ],
    ['fewer experts', '{"layers": [[1,2]]}\n{"layers": [[1]]}\n', /trace:2: found 1 experts; expected 2/],
    ['twice the same expert', '{"layers": [[1,1]]}\n', /trace:1: found expert 1 twice/],
    ['negative expert', '{"layers": [[-1]]}\n', /trace:1: found expert -1; expected 0 to/],
    ['fraction', '{"layers": [[1.5]]}\n', /trace:1: found expert 1.5/],
    [
      'a layer less',
      '{"layers": [[1],[2]]}\n{"layers": [[1]]}\n',
      /trace:2: found a token with 1 layers; expected 2/,
    ],
    [
      'a new layer',
      'token,layer,e0\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n1,2,1\n',
      /trace:6: found layer 2; expected one of the 2/,
    ],
    ['a word', 'token,layer,e0\n0,0,x\n', /trace:2: found 0,0,x; expected 3 whole numbers/],
    ['colibri', '0 0 0 1:0.5\n0 0 1\n', /trace:2: found 0 0 1; expected "call row layer/],
    [
      'lattice',
      '{"layer_idx":0,"token_idx":0,"selected_ids":[1],"gate_weights":[1,2]}',
      /trace:1: found 2 gate_weights/,
    ],
    ['bigmoe', '# route_trace v1\nturn,phase\n', /trace:2: found turn,phase; expected columns/],
    ['moe-beyond', 'Layer ID,Batch Number,Token,Activated Expert IDs\n1,0,a,[x]\n', /trace:2: found 1,0,a/],
  ];
  it.each(bad)('%s', async (_name, text, message) => {
    await expect(load(text)).rejects.toThrow(message);
  });

  it('names the formats when one is unknown', async () => {
    await expect(load('x', 'xml')).rejects.toThrow(/"xml"; expected one of bigmoe, lattice/);
    expect(() => [...writeRouting('xml', [])]).toThrow(/allowed: bigmoe/);
  });

  it('says that a gzip stream is cut', async () => {
    const zipped = gzipSync('{"layers": [[1]]}\n'.repeat(1000));
    await expect(loadRouting([zipped.subarray(0, 30)], { file: 'cut.gz' })).rejects.toThrow(
      /cut.gz:gzip: found/,
    );
  });
});

describe('tensor trace', () => {
  it('gives operations with the file extents of their tensors, in pieces of any size', async () => {
    const source = {
      name: 'blk.3.ffn_up_exps.weight',
      tensor_ptr: '0x1',
      size_bytes: 640,
      layer_id: 3,
      memory_source: 'DISK',
      disk_offset: 4096,
    };
    const buffer = {
      name: 'x "{[" y',
      tensor_ptr: '0x2',
      size_bytes: 8,
      layer_id: null,
      memory_source: 'BUFFER',
      buffer_id: 1,
    };
    const entry = {
      entry_id: 0,
      timestamp_ns: 17,
      token_id: 2,
      layer_id: 3,
      thread_id: 1,
      phase: 'GENERATE',
      operation_type: 'MUL_MAT_ID',
      dst_name: 'ffn_moe_up-3',
      sources: [source, buffer],
      expert_ids: [4, 1],
    };
    const text = JSON.stringify({ token_id: 2, metadata: { total_entries: 1 }, entries: [entry] }, null, 2);
    const chunks = [...text].map((c) => Buffer.from(c));
    const accesses = [];
    for await (const access of readTensorAccesses(chunks, 'token-2.json')) accesses.push(access);
    expect(accesses).toEqual([
      {
        timeNs: 17,
        token: 2,
        layer: 3,
        phase: 'decode',
        operation: 'MUL_MAT_ID',
        experts: [4, 1],
        tensors: [{ name: source.name, offset: 4096, bytes: 640 }],
      },
    ]);
    await expect(load(text.slice(0, -3))).rejects.toThrow(/expected complete JSON/);
  });
});

const open = (path: string) => loadRouting(createReadStream(measured(path)), { file: path });
const EXPERT_IDS = 'inference/llamacpp-mmap/expert_ids_p0_n64.csv.gz';

describeMeasured(
  'measured routing',
  ['routing/qwen3-30b.route.csv.gz', 'routing/olmoe-299.jsonl', EXPERT_IDS],
  () => {
    it('OLMoE: 299 tokens, 16 layers, top 8 of 64', async () => {
      expect(await open('routing/olmoe-299.jsonl')).toMatchObject({
        tokens: 299,
        layers: 16,
        topK: 8,
        experts: 64,
      });
    });

    it('Qwen3-30B: a prompt of 28 tokens with one row in the last layer, then 128 generated', async () => {
      const read = await open('routing/qwen3-30b.route.csv.gz');
      expect(read).toMatchObject({ tokens: 156, layers: 48, topK: 6, experts: 128 });
      expect(read.blocks.map(({ phase, tokens }) => [phase, tokens])).toEqual([
        ['prefill', 28],
        ['decode', 128],
      ]);
      expect(read.ids.filter((id) => id === NOT_RECORDED).length).toBe(27 * 6);
      expect(new Set(read.header.expertBytes).size).toBeGreaterThan(1);
    });

    it('the mmap experiment: 64 tokens, 17 MoE layers, top 6 of 64', async () => {
      expect(await open(EXPERT_IDS)).toMatchObject({ tokens: 64, layers: 17, topK: 6, experts: 64 });
    });
  },
);
