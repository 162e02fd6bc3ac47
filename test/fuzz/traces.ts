/**
 * Damaged traces: cut off, bytes changed, pieces removed, doubled or exchanged, numbers made extreme. An importer must
 * give a trace or throw a TraceError that says what was expected; a given trace has sane rows and finite statistics time.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import {
  type Imported,
  importTrace,
  type LoadOptions,
  TraceError,
  toChromeTrace,
  traceStatistics,
} from '../../workloads/traces/index.ts';
import * as writers from '../oracles/trace-writers.ts';
import { SUMMARIES } from '../workloads/traces/summaries.ts';
import { LAYOUTS, requestList, WRITTEN } from '../workloads/traces/written.ts';

export interface FuzzOutcome {
  imported: number;
  refused: number;
  slowestMs: number;
}

/** A sound trace to damage. */
export interface Sound {
  name: string;
  files: Uint8Array[];
  options: LoadOptions;
}

type Random = () => number;
const below = (random: Random, n: number): number => Math.floor(random() * n);

/** A trace of every format from the independent writers, and the samples of a folder if one is given. */
export function sounds(samples?: string): Sound[] {
  const requests = (unit: number) => fc.sample(requestList(unit, 30), { seed: 7, numRuns: 5 })[4];
  const written = WRITTEN.map(({ format, bytes, unit, options }) => ({
    name: format,
    files: [bytes(requests(unit))].flat(),
    options: { ...options, format },
  }));
  const faults = [
    writers.writePerfFaults(requests(1e3)),
    writers.writePageFaults(requests(1), 0x7f4500000000),
  ];
  const others = [...faults, ...Object.values(SUMMARIES)].map((text) => ({
    name: text.slice(0, 20),
    files: [Buffer.from(text)],
    options: {},
  }));
  const measured =
    samples === undefined ? [] : readdirSync(samples).map((name) => sampleOf(join(samples, name), name));
  return [...written, ...others, ...measured];
}

function sampleOf(path: string, name: string): Sound {
  if (statSync(path).size === 0) throw new Error(`${path} is empty`);
  return {
    name,
    files: [readFileSync(path)],
    options: name.includes('f_custom') ? { layout: LAYOUTS[0] } : {},
  };
}

const EXTREMES = [
  '0',
  '-1',
  '4294967296',
  '9007199254740993',
  '18446744073709551615',
  '1e309',
  '99999999999999999999999999',
  '',
];

const MUTATIONS: ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => bytes.subarray(0, below(random, bytes.length)),
  (bytes, random) => {
    for (let i = 0; i <= below(random, 8); i++) bytes[below(random, bytes.length)] = below(random, 256);
    return bytes;
  },
  (bytes, random) => {
    for (let i = 0; i <= below(random, 30); i++) bytes[below(random, bytes.length)] ^= 1 << below(random, 8);
    return bytes;
  },
  (bytes, random) => {
    const from = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + below(random, 300))]);
  },
  (bytes, random) => {
    const from = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, from + below(random, 300)), bytes.subarray(from)]);
  },
  // A number of the text becomes another.
  (bytes, random) => {
    const text = Buffer.from(bytes).toString('latin1');
    let left = below(random, 200);
    const extreme = EXTREMES[below(random, EXTREMES.length)];
    return Buffer.from(
      text.replace(/\d+/g, (number) => (left-- === 0 ? extreme : number)),
      'latin1',
    );
  },
];

/** Imports a damaged trace; returns undefined if it is refused as it should be. */
export function importDamaged({ name, files, options }: Sound): Imported | undefined {
  try {
    const imported = importTrace(files, options);
    if (imported.requests !== undefined) check(name, imported.requests);
    return imported;
  } catch (error) {
    if (error instanceof TraceError) return undefined;
    throw error;
  }
}

function check(name: string, trace: NonNullable<Imported['requests']>): void {
  for (let row = 1; row < trace.length; row++)
    if (trace.timeOf(row - 1) > trace.timeOf(row))
      throw new Error(`${name}: row ${row} is before the one before it`);
  for (let row = 0; row < trace.length; row++)
    if (trace.bytesOf(row) < 0 || trace.offsetOf(row) < 0 || trace.timeOf(row) < 0)
      throw new Error(`${name}: row ${row} is negative`);
  const { sequentialShare, forwardGapShare, backwardShare } = traceStatistics(trace);
  if (Math.abs(sequentialShare + forwardGapShare + backwardShare - 1) > 1e-9)
    throw new Error(`${name}: shares do not sum to 1`);
  JSON.parse([...toChromeTrace(trace)].join(''));
}

/**
 * Damages sound traces `count` times.
 * @param samples folder of further sound traces
 */
export function runFuzz(count: number, seed: string, samples?: string): FuzzOutcome {
  const list = sounds(samples);
  const outcome: FuzzOutcome = { imported: 0, refused: 0, slowestMs: 0 };
  for (let run = 0; run < count; run++) {
    const random = seedrandom.xor4096(`${seed}/${run}`);
    const sound = list[run % list.length];
    const target = below(random, sound.files.length);
    const files = sound.files.map((bytes, index) =>
      index === target ? MUTATIONS[below(random, MUTATIONS.length)](Uint8Array.from(bytes), random) : bytes,
    );
    // Detection must survive too: every other run forgets the format.
    const options = run % 2 === 0 ? sound.options : { ...sound.options, format: undefined };
    const start = performance.now();
    try {
      if (importDamaged({ name: sound.name, files, options }) === undefined) outcome.refused++;
      else outcome.imported++;
    } catch (error) {
      throw new Error(`run ${run} of seed ${seed}, a damaged ${sound.name}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - start);
  }
  return outcome;
}

/** A trace whose last file ends after `length` bytes. */
export const cutOff = (sound: Sound, length: number): Sound => ({
  ...sound,
  files: sound.files.map((bytes, i) => (i === sound.files.length - 1 ? bytes.subarray(0, length) : bytes)),
});

/** Cuts each sound trace off after every `step` bytes of its last file; returns the number of imports tried. */
export function runTruncation(step: number, samples?: string): number {
  let runs = 0;
  for (const sound of sounds(samples)) {
    for (let length = 0; length <= sound.files[sound.files.length - 1].length; length += step) {
      try {
        importDamaged(cutOff(sound, length));
      } catch (error) {
        throw new Error(`${sound.name} cut off after ${length} bytes: ${(error as Error).message}`, {
          cause: error,
        });
      }
      runs++;
    }
  }
  return runs;
}
