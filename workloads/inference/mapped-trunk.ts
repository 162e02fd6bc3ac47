/**
 * Parts of the trunk that the program maps instead of keeping: before a step, `threads` threads touch its part of the file,
 * chunk by chunk from one counter, and fault for what the page cache has given up. A cache of experts that grows takes the
 * memory that these pages need.
 */
import type { MmapFile } from '../../devices/index.ts';
import type { HandlerId, Simulation, Wait } from '../../sim/index.ts';
import type { Extent } from '../models/index.ts';
import type { Catalogue, TrunkPart } from './catalogue.ts';

/** Bytes that a thread touches at a time: about 64 rows of a large matrix. */
const CHUNK_BYTES = 256 * 1024;

export class MappedTrunk {
  readonly #file: MmapFile;
  readonly #catalogue: Catalogue;
  readonly #chunkDone: HandlerId;
  #chunks: Extent[] = [];
  #next = 0;
  #running = 0;
  #done: () => void = () => {};
  readonly #simulation: Simulation;

  constructor(simulation: Simulation, file: MmapFile, catalogue: Catalogue) {
    this.#simulation = simulation;
    this.#file = file;
    this.#catalogue = catalogue;
    this.#chunkDone = simulation.register((thread) => this.#take(thread));
  }

  has(layer: number, part: TrunkPart): boolean {
    return this.#catalogue.mappedOf(layer, part).length > 0;
  }

  /** Touches a part; one at a time. */
  touch(layer: number, part: TrunkPart): Wait {
    return this.#touchAll(this.#catalogue.mappedOf(layer, part));
  }

  /** Touches everything that is mapped, in file order. */
  get load(): Wait {
    return this.#touchAll(this.#catalogue.mapped);
  }

  #touchAll(extents: readonly Extent[]): Wait {
    return (done, a, b) => {
      this.#chunks = extents.flatMap(({ offset, bytes }) =>
        Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, (_, i) => ({
          offset: offset + i * CHUNK_BYTES,
          bytes: Math.min(CHUNK_BYTES, bytes - i * CHUNK_BYTES),
        })),
      );
      this.#next = 0;
      this.#running = Math.min(this.#file.threads, this.#chunks.length);
      if (this.#running === 0) this.#simulation.after(0, done, a, b);
      this.#done = () => this.#simulation.call(done, a, b);
      for (let thread = this.#running; thread-- > 0; ) this.#take(thread);
    };
  }

  #take(thread: number): void {
    const chunk = this.#chunks[this.#next++];
    if (chunk) this.#file.touch(thread, chunk.offset, chunk.bytes, 0, this.#chunkDone, thread);
    else if (--this.#running === 0) this.#done();
  }
}
