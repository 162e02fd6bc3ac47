/** `npm run fuzz [COUNT] [SEED]`: damaged GGUF headers and traces; any crash, hang or growth of memory is an error. */
import { existsSync } from 'node:fs';
import { measured } from '../data.ts';
import { runFuzz as fuzzGguf } from './gguf.ts';
import { runFuzz as fuzzTraces } from './traces.ts';

const count = Number(process.argv[2] ?? 10_000);
const seed = process.argv[3] ?? 'fuzz';
const folder = measured('samples');
const samples = existsSync(folder) ? folder : undefined;
console.log(`GGUF headers, ${count} mutations, seed ${seed}:`, fuzzGguf(count, seed));
console.log(`traces, ${count} mutations, seed ${seed}:`, fuzzTraces(count, seed, samples));
