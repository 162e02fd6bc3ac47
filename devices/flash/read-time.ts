/** tR of a read: by page type, by how much of the page is wanted, and drawn from the tail (read retry). */
import type { Picoseconds } from '../../sim/index.ts';
import { drawTail } from '../queue-parameters.ts';
import type { NandTiming } from './timing.ts';

export class ReadTime {
  readonly #timing: NandTiming;
  readonly #random: () => number;

  constructor(timing: NandTiming, random: () => number) {
    this.#timing = timing;
    this.#random = random;
  }

  /** @param page of the block; @param bytes most bytes wanted of a page */
  draw(page: number, bytes: number): Picoseconds {
    const { readTimes, partialRead, readTail = [] } = this.#timing;
    const times = partialRead && bytes <= partialRead.bytes ? partialRead.readTimes : readTimes;
    const time = times.length === 1 ? times[0] : times[page % times.length];
    return time + drawTail(readTail, this.#random);
  }
}
