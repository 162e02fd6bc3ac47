/**
 * Speed of reading routing traces: a text made once is streamed over and over until ten million routed tokens x layers
 * (for the two formats that people keep long traces in) have passed; and the memory that such a reading holds.
 */
import {
  type Chunks,
  ROUTING_FORMATS,
  readRouting,
  writeRouting,
} from '../../workloads/routing/formats/index.ts';
import { generateRouting } from '../../workloads/routing/index.ts';
import type { BenchRow } from './row.ts';

const SHAPE = { layers: 48, topK: 8, experts: 128 };
const TOKENS = 2000;
const CHUNK = 1 << 16;
/** Tokens x layers that are streamed. */
const LONG = 10e6;
const SHORT = 0.5e6;
const BAR = 5e6;
/** Memory that may be held beyond the text: a chunk, a call, a block, and what the collector has not yet taken. */
const HELD = 200e6;

const random = (() => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
})();

function* over(text: Uint8Array, header: number, times: number): Generator<Uint8Array> {
  yield text.subarray(0, header);
  for (let i = 0; i < times; i++)
    for (let at = header; at < text.length; at += CHUNK) yield text.subarray(at, at + CHUNK);
}

interface Read {
  accesses: number;
  seconds: number;
  /** Resident memory at its largest above what it was. */
  grown: number;
}

async function read(chunks: Chunks): Promise<Read> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let largest = before;
  let accesses = 0;
  const start = process.cpuUsage();
  for await (const block of readRouting(chunks, { file: 'bench' })) {
    accesses += block.ids.length;
    largest = Math.max(largest, process.memoryUsage.rss());
  }
  const { user, system } = process.cpuUsage(start);
  return { accesses, seconds: (user + system) / 1e6, grown: largest - before };
}

export async function routingBench(): Promise<BenchRow[]> {
  const routed = generateRouting({ kind: 'uniform', ...SHAPE }, TOKENS, random);
  const block = { ...routed, phase: 'decode', turn: 0 } as const;
  const rows: BenchRow[] = [];
  for (const { name } of ROUTING_FORMATS) {
    // A prompt layer by layer is one forward call, and an activation log or a JSON document is one whole: not repeated.
    const whole = name === 'moe-beyond' || name === 'tensor-trace';
    const long = name === 'jsonl' || name === 'csv';
    const lines = [...writeRouting(name, [block])];
    const header = name === 'csv' ? lines[0].length : 0;
    const text = Buffer.from(lines.join(''));
    const times = whole || name === 'bigmoe' ? 1 : Math.ceil((long ? LONG : SHORT) / (TOKENS * SHAPE.layers));
    const { accesses, seconds, grown } = await read(over(text, header, times));
    const value = accesses / seconds;
    rows.push({
      name: `read routing ${name}${long ? `, ${(times * TOKENS * SHAPE.layers) / 1e6} M tokens x layers` : ''}`,
      value,
      unit: 'accesses/s',
      ...(long ? { bar: BAR, met: value >= BAR } : {}),
    });
    if (long)
      rows.push({
        name: `memory of reading it`,
        value: grown / 1e6,
        unit: 'MB',
        bar: HELD / 1e6,
        barText: `<= ${HELD / 1e6} MB`,
        met: grown <= HELD,
      });
  }
  return rows;
}
