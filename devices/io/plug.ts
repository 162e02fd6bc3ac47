/**
 * Requests that a thread gathers before it hands them to the driver together (blk_plug). Of neighbours on the device,
 * each is joined to the one before it, up to the largest command of any drive; others stay apart. At most 32 are gathered,
 * and none after one of 128 KiB: BLK_MAX_REQUEST_COUNT and BLK_PLUG_FLUSH_SIZE, blk_attempt_plug_merge (which looks at the
 * last request) of Linux block/blk-mq.c and blk-merge.c.
 */
import type { DeviceArray } from '../array.ts';
import { IntegerQueue } from '../integer-queue.ts';
import type { Requests } from './requests.ts';

const MOST_REQUESTS = 32;
const FLUSH_BYTES = 128 * 1024;

interface PlugOptions {
  readonly driver: DeviceArray;
  readonly requests: Requests;
  readonly batch: number;
  readonly merges: boolean;
  /** Hands `bytes` from the start of a request to the driver: its own, and those of all joined to it. */
  readonly issue: (request: number, bytes: number) => void;
}

export class Plug {
  readonly #options: PlugOptions;
  readonly #batch: number;
  readonly #largest: number;
  readonly #gathered = new IntegerQueue();

  constructor(options: PlugOptions) {
    this.#options = options;
    this.#batch = Math.min(options.batch, MOST_REQUESTS);
    this.#largest = Math.min(...options.driver.devices.map(({ maxTransfer }) => maxTransfer));
  }

  add(request: number): void {
    this.#gathered.push(request);
    const full = this.#gathered.length >= this.#batch;
    if (full || this.#options.requests.bytesOf(request) >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    const { requests, issue } = this.#options;
    while (this.#gathered.length > 0) {
      const first = this.#gathered.shift();
      let bytes = requests.bytesOf(first);
      let commands = requests.commandsOf(first);
      let last = first;
      while (this.#joins(first, bytes)) {
        const next = this.#gathered.shift();
        requests.join(last, next);
        bytes += requests.bytesOf(next);
        commands += requests.commandsOf(next);
        last = next;
      }
      if (last !== first)
        requests.statistics.commands +=
          this.#options.driver.commands(requests.offsetOf(first), bytes) - commands;
      issue(first, bytes);
    }
  }

  /** Whether the next of those gathered goes behind `bytes` from `first` in one command. */
  #joins(first: number, bytes: number): boolean {
    const { requests, merges } = this.#options;
    if (!merges || this.#gathered.length === 0) return false;
    const next = this.#gathered.first;
    const adjoins = requests.offsetOf(next) === requests.offsetOf(first) + bytes;
    return adjoins && bytes + requests.bytesOf(next) <= this.#largest;
  }
}
