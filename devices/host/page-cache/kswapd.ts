/**
 * Background reclaim of memory that is short on the whole machine (kswapd and balance_pgdat, mm/vmscan.c, Linux 6.18): a
 * thread for each NUMA node, woken by an allocation that leaves less than the low watermark free; it takes a batch of
 * pages after another from the same lists, in the same order, as a thread that reclaims by itself, until the high one is
 * free again. Threads find memory ready and pay nothing, as long as it keeps up:
 *
 *   ceiling, pages/s = n / (reclaimTime + n x (reclaimPageTime + scanTime)), n pages a batch, of one core
 *
 * Beyond it free memory falls to the min watermark, and the allocating threads reclaim as well. A batch is core time on
 * the program's own cores, which it shares with the program's threads when all of them work. The pages of a batch are
 * free when it begins.
 *
 * The kernel looks at the watermark after 2^-12 of the lists, then twice as much, and so on, where this looks after every
 * batch; it may thus free some more than up to the high watermark. The lists are one, whatever the number of threads.
 */
import {
  type HandlerId,
  type Picoseconds,
  type SharedLink,
  type Simulation,
  toSeconds,
} from '../../../sim/index.ts';
import type { PageCache } from './page-cache.ts';
import { BATCH } from './two-lists.ts';
import type { Watermarks } from './watermarks.ts';

/** Core time of reclaim, ps. */
export interface ReclaimCosts {
  /** For each batch that is unmapped and freed together (TLB shootdown), each page of it, and each page looked at. */
  readonly reclaimTime: Picoseconds;
  readonly reclaimPageTime: Picoseconds;
  readonly scanTime: Picoseconds;
}

export interface KswapdOptions {
  /** Its limit is that of the min watermark: memory / 4 KiB - min. */
  readonly cache: PageCache;
  readonly watermarks: Watermarks;
  readonly costs: ReclaimCosts;
  readonly cores: SharedLink;
  readonly threads: number;
}

/** Core time of all reclaim of a cache so far. */
export function reclaimTimeOf({ counts }: PageCache, costs: ReclaimCosts): Picoseconds {
  const { batches, evicted, scanned } = counts;
  return costs.reclaimTime * batches + costs.reclaimPageTime * evicted + costs.scanTime * scanned;
}

export class Kswapd {
  /** Time that it was at work, all threads added up, and pages freed. */
  time: Picoseconds = 0;
  evicted = 0;
  readonly #simulation: Simulation;
  readonly #options: KswapdOptions;
  /** Pages above the min watermark: fewer wake it, as many let it sleep. */
  readonly #low: number;
  readonly #high: number;
  /** When each thread was woken or began its batch, or ASLEEP. */
  readonly #since: Float64Array;
  #asleep: number;
  readonly #worked: HandlerId;

  constructor(simulation: Simulation, options: KswapdOptions) {
    const { watermarks, threads } = options;
    this.#simulation = simulation;
    this.#options = options;
    this.#low = watermarks.low - watermarks.min;
    this.#high = watermarks.high - watermarks.min;
    this.#since = new Float64Array(threads).fill(ASLEEP);
    this.#asleep = threads;
    this.#worked = simulation.register((thread) => {
      this.time += simulation.now - this.#since[thread];
      this.#goOn(thread);
    });
  }

  /** Memory was taken: wakes the threads if too little is left. */
  wake(): void {
    if (this.#asleep === 0 || this.#options.cache.room >= this.#low) return;
    for (let thread = 0; thread < this.#since.length; thread++) {
      if (this.#since[thread] !== ASLEEP) continue;
      this.#asleep--;
      this.#begin(thread, 0);
    }
  }

  /** Forgets what was counted before now. */
  restart(): void {
    this.time = 0;
    this.evicted = 0;
    for (let thread = 0; thread < this.#since.length; thread++)
      if (this.#since[thread] !== ASLEEP) this.#since[thread] = this.#simulation.now;
  }

  /** Frees the next batch; sleeps when enough is free, or nothing can be freed. */
  #goOn(thread: number): void {
    const { cache, costs } = this.#options;
    const { evicted } = cache.counts;
    const before = reclaimTimeOf(cache, costs);
    if (cache.room < this.#high) cache.reclaim(BATCH);
    const freed = cache.counts.evicted - evicted;
    if (freed === 0) {
      this.#since[thread] = ASLEEP;
      this.#asleep++;
      return;
    }
    this.evicted += freed;
    this.#begin(thread, reclaimTimeOf(cache, costs) - before);
  }

  #begin(thread: number, time: Picoseconds): void {
    this.#since[thread] = this.#simulation.now;
    this.#options.cores.start(toSeconds(time), 1, this.#worked, thread, 0);
  }
}

const ASLEEP = -1;
