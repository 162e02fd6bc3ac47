/** Where a clone of a job reads or writes next: its region in blocks, in sequence or in a random order. */
import type { FioJob } from './job.ts';
import { isRandom } from './job.ts';
import { Permutation } from './permutation.ts';

export class Offsets {
  readonly #start: number;
  readonly #bytes: number;
  readonly #blocks: number;
  readonly #random: () => number;
  readonly #order?: Permutation;
  readonly #draws: boolean;
  /** Called when all blocks have had their turn and the first has it again. */
  readonly #round: () => void;
  #begun = false;
  #next: number;

  /** @param direction 0 read, 1 write */
  constructor(job: FioJob, clone: number, direction: 0 | 1, random: () => number, round = () => {}) {
    this.#round = round;
    this.#start = job.offset + clone * job.offsetIncrement;
    this.#bytes = job.blockSize[direction];
    this.#blocks = Math.floor(job.size / this.#bytes);
    this.#random = random;
    this.#draws = isRandom(job) && job.repeats;
    if (isRandom(job) && !job.repeats) this.#order = new Permutation(this.#blocks, random);
    this.#next = !isRandom(job) && job.randomStart ? Math.floor(random() * this.#blocks) : 0;
  }

  next(): number {
    if (this.#draws) return this.#start + Math.floor(this.#random() * this.#blocks) * this.#bytes;
    const place = this.#next;
    if (place === 0 && this.#begun) this.#round();
    this.#begun = true;
    this.#next = place + 1 === this.#blocks ? 0 : place + 1;
    return this.#start + (this.#order ? this.#order.at(place) : place) * this.#bytes;
  }
}
