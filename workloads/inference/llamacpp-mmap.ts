/**
 * llama.cpp with its weights mapped: at load MAP_POPULATE touches the whole file once; then, token by token, `threads`
 * threads take chunks of rows of one operation after another (llamacpp-graph.ts), fault for what is not there, and meet
 * at a barrier after each. Nothing is read before it is touched, but for the kernel's read-ahead, and what the program
 * asks for as soon as a layer's experts are known: by advice (llama.cpp #26003, one MADV_WILLNEED a slice), or by a pool
 * of threads (ik_llama.cpp #2101, MADV_POPULATE_READ in chunks of 2 MiB), in the order of use.
 */
import type { MmapFile } from '../../devices/index.ts';
import { PAGE_BYTES, UNEVICTABLE } from '../../devices/index.ts';
import type { HandlerId, Simulation } from '../../sim/index.ts';
import { chunksOf, type Operation } from './llamacpp-graph.ts';

/** Locked, or populated by a thread of the pool, at a time. */
const CHUNK_BYTES = 2 * 2 ** 20;

interface Bytes {
  readonly offset: number;
  readonly bytes: number;
}

function chunksIn({ offset, bytes }: Bytes): Bytes[] {
  return Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, (_, n) => ({
    offset: offset + n * CHUNK_BYTES,
    bytes: Math.min(CHUNK_BYTES, bytes - n * CHUNK_BYTES),
  }));
}

export interface LlamaMmapOptions {
  readonly operations: readonly Operation[];
  /** Experts of a token in a layer. A prompt is one token too, that takes all experts that its tokens chose. */
  readonly expertsOf: (token: number, layer: number) => readonly number[];
  readonly tokens: number;
  readonly threads: number;
  /** Core-seconds for each byte of an operation's weights, the page in memory; `slice` is the expert, or 0. */
  readonly workPerByte: (token: number, operation: Operation, slice: number) => number;
  /** Touch the whole file at load (MAP_POPULATE); default true. */
  readonly populate?: boolean;
  /** MADV_WILLNEED on the chosen experts; default false. */
  readonly lazyExperts?: boolean;
  /** Threads of the file, after the others, that populate the chosen experts; default 0. */
  readonly prefetchThreads?: number;
  /** Touched and locked after that (mlock). */
  readonly locked?: readonly Bytes[];
  /** Called when the load is over (-1) and after each token. */
  readonly onToken: (token: number) => void;
}

export class LlamaMmap {
  readonly #file: MmapFile;
  readonly #options: LlamaMmapOptions;
  /** Left to touch at load; `lock` says whether what has been touched last is to be locked. */
  readonly #toLoad: { offset: number; bytes: number; lock: boolean }[] = [];
  #loading = -1;
  readonly #loaded: HandlerId;
  #token = -1;
  #operation = 0;
  /** Slices of the present operation, ascending; chunks of each; per slice the next chunk to deal. */
  #slices: readonly number[] = [0];
  #chunks = 1;
  #nextChunk: number[] = [];
  /** Per thread: the slice it is at. */
  readonly #slice: Int32Array;
  #running = 0;
  readonly #chunkDone: HandlerId;
  /** Chosen slices that are to be advised yet; pieces of them for the pool, and its threads that have none. */
  #toAdvise: Bytes[] = [];
  readonly #advised: HandlerId;
  #toPopulate: Bytes[] = [];
  readonly #idle: number[] = [];
  readonly #populated: HandlerId;

  constructor(simulation: Simulation, file: MmapFile, fileBytes: number, options: LlamaMmapOptions) {
    this.#file = file;
    this.#options = options;
    this.#slice = new Int32Array(options.threads);
    this.#chunkDone = simulation.register((thread) => this.#next(thread));
    this.#advised = simulation.register(() => this.#advise());
    this.#populated = simulation.register((thread) => {
      this.#idle.push(thread);
      this.#populate();
    });
    for (let n = (options.prefetchThreads ?? 0) - 1; n >= 0; n--) this.#idle.push(options.threads + n);
    if (options.populate ?? true) this.#toLoad.push({ offset: 0, bytes: fileBytes, lock: false });
    for (const piece of options.locked ?? [])
      for (const chunk of chunksIn(piece)) this.#toLoad.push({ ...chunk, lock: true });
    this.#loaded = simulation.register(() => this.#load());
    simulation.after(0, this.#loaded);
  }

  #load(): void {
    const done = this.#toLoad[this.#loading];
    if (done?.lock) {
      const [from, to] = [done.offset, done.offset + done.bytes];
      this.#file.cache.moveTo(UNEVICTABLE, Math.floor(from / PAGE_BYTES), Math.ceil(to / PAGE_BYTES));
    }
    const next = this.#toLoad[++this.#loading];
    if (next) this.#file.touch(0, next.offset, next.bytes, 0, this.#loaded, 0);
    else this.#tokenEnds();
  }

  #tokenEnds(): void {
    this.#toPopulate = [];
    this.#options.onToken(this.#token++);
    this.#operation = 0;
    if (this.#token < this.#options.tokens) this.#begin();
  }

  #begin(): void {
    const { operations, threads, expertsOf } = this.#options;
    const { tensor, layer } = operations[this.#operation];
    this.#slices = layer < 0 ? [0] : [...expertsOf(this.#token, layer)].sort((a, b) => a - b);
    this.#chunks = chunksOf(tensor.rows, threads);
    this.#nextChunk = this.#slices.map(() => threads);
    if (layer >= 0 && operations[this.#operation - 1]?.layer !== layer) this.#routed(layer);
    this.#advise();
  }

  /** A layer's experts are known. What the pool has not begun of an earlier layer is given up. */
  #routed(layer: number): void {
    const { operations, lazyExperts, prefetchThreads } = this.#options;
    const chosen: Bytes[] = [];
    for (let at = this.#operation; operations[at]?.layer === layer; at++) {
      const { tensor } = operations[at];
      const bytes = tensor.bytes / tensor.slices;
      for (const slice of this.#slices) chosen.push({ offset: tensor.offset + slice * bytes, bytes });
    }
    if (lazyExperts) this.#toAdvise = [...chosen];
    if (!prefetchThreads) return;
    this.#toPopulate = chosen.flatMap(chunksIn);
    this.#populate();
  }

  /** The first thread advises what is to be advised, then all begin. */
  #advise(): void {
    const next = this.#toAdvise.shift();
    if (next) this.#file.willNeed(0, next.offset, next.bytes, this.#advised, 0);
    else this.#deal();
  }

  #populate(): void {
    while (this.#idle.length > 0 && this.#toPopulate.length > 0) {
      const { offset, bytes } = this.#toPopulate.shift()!;
      const thread = this.#idle.pop()!;
      this.#file.touch(thread, offset, bytes, 0, this.#populated, thread);
    }
  }

  #deal(): void {
    const { threads } = this.#options;
    this.#running = threads;
    for (let thread = 0; thread < threads; thread++) {
      this.#slice[thread] = 0;
      this.#take(thread, thread);
    }
  }

  /** A thread has done its chunk: takes the next of its slice. */
  #next(thread: number): void {
    this.#take(thread, this.#nextChunk[this.#slice[thread]]++);
  }

  /** Chunk `chunk` of the thread's slice; when there is none, its first one of the next slice; then the barrier. */
  #take(thread: number, chunk: number): void {
    while (chunk >= this.#chunks) {
      chunk = thread;
      if (++this.#slice[thread] === this.#slices.length) {
        if (--this.#running === 0) this.#barrier();
        return;
      }
    }
    const operation = this.#options.operations[this.#operation];
    const { tensor } = operation;
    const slice = this.#slices[this.#slice[thread]];
    const sliceBytes = tensor.bytes / tensor.slices;
    const rowBytes = sliceBytes / tensor.rows;
    const rows = Math.ceil(tensor.rows / this.#chunks);
    const from = chunk * rows;
    const bytes = (Math.min(tensor.rows, from + rows) - from) * rowBytes;
    const offset = tensor.offset + slice * sliceBytes + from * rowBytes;
    const work = this.#options.workPerByte(this.#token, operation, slice) * PAGE_BYTES;
    this.#file.touch(thread, offset, bytes, work, this.#chunkDone, thread);
  }

  #barrier(): void {
    if (++this.#operation < this.#options.operations.length) this.#begin();
    else this.#tokenEnds();
  }
}
