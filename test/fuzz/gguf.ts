/**
 * Damaged GGUF headers: bytes flipped, numbers replaced by extreme ones, parts cut out, doubled or cut off. The reader must
 * give a model or throw an Error that names the file, read nothing beyond the end, and stay small and quick.
 */
import seedrandom from 'seedrandom';
import type { GgufFile } from '../../workloads/formats/gguf-cursor.ts';
import { ggufModel } from '../../workloads/formats/gguf-model.ts';
import { readGguf } from '../../workloads/formats/gguf-splits.ts';
import { summarise } from '../../workloads/models/summary.ts';
import { fileOf, ggufOf, smallMoe, splitGgufOf } from '../workloads/formats/gguf-fixtures.ts';
import { libraryModel } from '../workloads/models/library.ts';

export interface FuzzOutcome {
  accepted: number;
  refused: number;
  slowestMs: number;
  /** Heap in use at its largest, sampled after each header. */
  largestHeapBytes: number;
}

type Random = () => number;
const below = (random: Random, n: number) => Math.floor(random() * n);

const EXTREMES = [
  0n,
  1n,
  7n,
  0x7fffffffn,
  0xffffffffn,
  2n ** 31n,
  2n ** 53n,
  2n ** 60n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const MUTATIONS: ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => {
    for (let i = 0; i <= below(random, 8); i++) bytes[below(random, bytes.length)] ^= 1 << below(random, 8);
    return bytes;
  },
  (bytes, random) => {
    const at = below(random, bytes.length - 8);
    new DataView(bytes.buffer).setBigUint64(at, EXTREMES[below(random, EXTREMES.length)], true);
    return bytes;
  },
  (bytes, random) => {
    const at = below(random, bytes.length - 4);
    new DataView(bytes.buffer).setUint32(at, Number(EXTREMES[below(random, 6)] & 0xffffffffn), true);
    return bytes;
  },
  (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  (bytes, random) => {
    const from = below(random, bytes.length);
    const to = Math.min(bytes.length, from + below(random, 200));
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)]);
  },
  (bytes, random) => {
    const from = below(random, bytes.length);
    const to = Math.min(bytes.length, from + below(random, 200));
    return Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(from)]);
  },
];

const headerOf = (file: GgufFile, dataStart: number) => file.read(0, dataStart);

/** Sound files to start from: name to header and data size, one list a model. */
function sounds(): { name: string; header: Uint8Array; dataBytes: number }[][] {
  const single = (header: ReturnType<typeof ggufOf>) => [
    { name: 'model.gguf', header: header.bytes, dataBytes: header.dataBytes },
  ];
  const split = [...splitGgufOf(smallMoe, 'Q4_K', 2)].map(([name, file]) => {
    const dataStart = readGguf(name, (part) => splitGgufOf(smallMoe, 'Q4_K', 2).get(part)!).find(
      (h) => h.name === name,
    )!.dataOffset;
    return { name, header: headerOf(file, dataStart), dataBytes: file.bytes - dataStart };
  });
  return [
    single(ggufOf(smallMoe, 'Q4_K_M')),
    single(ggufOf(smallMoe, 'Q8_0', { version: 2, alignment: 4096 })),
    single(ggufOf(smallMoe, 'F16', { bigEndian: true })),
    single(ggufOf({ ...libraryModel('gpt-oss-20b'), layers: 2 }, 'MXFP4_MOE')),
    split,
  ];
}

/** Runs `count` mutations; throws with the number of the first that breaks the rules (same seed, same mutation). */
export function runFuzz(count: number, seed: string): FuzzOutcome {
  const models = sounds();
  const outcome: FuzzOutcome = { accepted: 0, refused: 0, slowestMs: 0, largestHeapBytes: 0 };
  for (let i = 0; i < count; i++) {
    const random = seedrandom(`${seed}/${i}`);
    const parts = models[below(random, models.length)];
    const damaged = below(random, parts.length);
    const files = new Map(
      parts.map(({ name, header, dataBytes }, index) => {
        const mutate = MUTATIONS[below(random, MUTATIONS.length)];
        return [name, fileOf(name, index === damaged ? mutate(header.slice(), random) : header, dataBytes)];
      }),
    );
    const started = performance.now();
    try {
      summarise(ggufModel(readGguf(parts[0].name, (name) => files.get(name)!)));
      outcome.accepted++;
    } catch (error) {
      const clear =
        error instanceof Error && error.constructor === Error && error.message.startsWith('model');
      if (!clear || error.message.startsWith('read beyond')) {
        throw new Error(`mutation ${i} of seed '${seed}': ${(error as Error).stack}`);
      }
      outcome.refused++;
    }
    outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - started);
    outcome.largestHeapBytes = Math.max(outcome.largestHeapBytes, process.memoryUsage().heapUsed);
  }
  return outcome;
}
