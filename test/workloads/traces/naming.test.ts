/**
 * Names for offsets: tensors and experts, extents of a file on its device, tokens by the order of layers.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BlockTrace,
  FileMap,
  modelUse,
  onFile,
  parseExtents,
  parseProcMaps,
  parseTensorCsv,
  READ,
  TensorMap,
  tokenStarts,
} from '../../../workloads/traces/index.ts';
import { property } from '../../property.ts';

const CSV = `name,type,ne0,ne1,ne2,file_offset,bytes
token_embd.weight,Q4_K,2,3,1,100,50
blk.0.ffn_gate_exps.weight,Q4_K,2,3,4,160,400
blk.0.attn_q.weight,Q4_K,2,3,1,600,40
`;
const MAP = new TensorMap(parseTensorCsv(CSV));

describe('tensors', () => {
  it('names tensor and expert by offset', () => {
    expect(MAP.nameOf(99)).toBeUndefined();
    expect(MAP.nameOf(149)).toEqual({ tensor: 'token_embd.weight', expert: -1 });
    expect(MAP.nameOf(150)).toBeUndefined();
    expect(MAP.nameOf(260)).toEqual({ tensor: 'blk.0.ffn_gate_exps.weight', expert: 1 });
    expect(MAP.nameOf(559)).toEqual({ tensor: 'blk.0.ffn_gate_exps.weight', expert: 3 });
    expect(MAP.nameOf(640)).toBeUndefined();
  });

  property([fc.nat({ max: 700 }), fc.nat({ max: 700 })])(
    'pieces of a request are its bytes, one by one',
    (offset, bytes) => {
      const counted = new Map<number, number>();
      MAP.pieces(offset, bytes, (slice, part) => counted.set(slice, (counted.get(slice) ?? 0) + part));
      const expected = new Map<number, number>();
      for (let at = offset; at < offset + bytes; at++)
        expected.set(MAP.at(at), (expected.get(MAP.at(at)) ?? 0) + 1);
      expect(counted).toEqual(expected);
    },
  );

  it('overlapping tensors and bad tables are refused', () => {
    const tensor = { name: 'a', offset: 0, bytes: 10, experts: 1 };
    expect(() => new TensorMap([tensor, { ...tensor, name: 'b', offset: 9 }])).toThrow(
      /a and b overlap at byte 9/,
    );
    expect(() => parseTensorCsv('x,y\n1,2\n')).toThrow(/line 1.*file_offset/);
    expect(() => parseTensorCsv('name,file_offset,bytes\na,-1,5\n')).toThrow(/line 2/);
  });

  it('use of a model: by role, hot and cold, outside', () => {
    const trace = new BlockTrace();
    for (const [time, offset, bytes] of [
      [0, 160, 100],
      [1, 160, 200],
      [2, 0, 60],
      [3, 600, 40],
    ])
      trace.add(time, NaN, trace.devices.indexOf('f'), offset, bytes, READ, 0, 0, 0);
    const use = modelUse(trace, MAP);
    expect(use.components['routed-experts']).toEqual({
      requests: 2,
      share: 0.5,
      bytes: 300,
      timesOver: 0.75,
    });
    expect(use.components.attention).toMatchObject({ requests: 1, bytes: 40, timesOver: 1 });
    expect(use.outside).toEqual({ requests: 1, bytes: 60 });
    expect(use.hot[0]).toEqual({ tensor: 'blk.0.ffn_gate_exps.weight', expert: 0, bytes: 200, timesOver: 2 });
    expect([use.coldBytes, use.coldSlices]).toEqual([250, 3]);
  });
});

describe('extents', () => {
  const FILEFRAG = `Filesystem type is: ef53
File size of /data/m.gguf is 24576 (6 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
   0:        0..       1:        100..       101:      2:
   1:        2..       5:         50..        53:      4:        102: last,eof
`;

  it('filefrag -v and xfs_io give the same map', () => {
    const xfs = ` EXT: FILE-OFFSET      BLOCK-RANGE      TOTAL FLAGS\n   0: [0..15]:         800..815            16   0x0\n   1: [16..47]:        400..431            32   0x1\n   2: [48..63]:        hole                16\n`;
    expect(parseExtents(xfs)).toEqual(parseExtents(FILEFRAG));
    expect(() => parseExtents('nothing here')).toThrow(/filefrag -v/);
  });

  it('device addresses become offsets of the file; requests are cut where extents end', () => {
    const trace = new BlockTrace();
    const add = (block: number, blocks: number) =>
      trace.add(trace.length, NaN, 0, 1_048_576 + block * 4096, blocks * 4096, READ, 0, 0, 0);
    add(100, 2);
    add(50, 4);
    add(53, 3);
    add(7, 1);
    const { trace: mapped, outside } = onFile(
      trace,
      new FileMap(parseExtents(FILEFRAG), 1_048_576),
      'm.gguf',
    );
    const rows = Array.from({ length: mapped.length }, (_, i) => [
      mapped.offsetOf(i) / 4096,
      mapped.bytesOf(i) / 4096,
    ]);
    expect(rows).toEqual([
      [0, 2],
      [2, 4],
      [5, 1],
    ]);
    expect(outside).toBe(1);
  });
});

describe('tokens', () => {
  const times = (n: number) => Float64Array.from({ length: n }, (_, i) => i);
  const passes = (count: number, layers: number, each: number) =>
    Int32Array.from({ length: count * layers * each }, (_, i) => Math.floor(i / each) % layers);

  property([fc.integer({ min: 1, max: 8 }), fc.integer({ min: 8, max: 60 }), fc.integer({ min: 1, max: 5 })])(
    'are as many as passes over the layers',
    (count, layers, each) => {
      const starts = tokenStarts(passes(count, layers, each), times(count * layers * each), layers);
      expect(starts).toHaveLength(count);
      starts.forEach((start, token) => {
        expect(Math.abs(start - token * layers * each)).toBeLessThanOrEqual(2);
      });
    },
  );

  it('a token need not reach the last layers, and strays are not tokens', () => {
    const layers = [...passes(1, 20, 3).slice(0, 36), ...passes(2, 20, 3)];
    for (const stray of [20, 50, 100]) layers[stray] = (layers[stray] + 10) % 20;
    expect(tokenStarts(Int32Array.from(layers), times(layers.length), 20)).toHaveLength(3);
  });
});

it('/proc/PID/maps that is none is refused with its line', () => {
  expect(() => parseProcMaps('7f00-7f01 r--p 0 fe:00 1 /a\nhello\n')).toThrow(/line 2: found "hello"/);
});
