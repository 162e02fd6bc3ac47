/** No scheduler: requests go to the drive as they come. */
import { IntegerQueue } from '../../integer-queue.ts';
import type { Scheduler } from './scheduler.ts';

export class Fifo implements Scheduler {
  readonly #waiting = new IntegerQueue();

  insert(request: number): void {
    this.#waiting.push(request);
  }

  next(): number {
    return this.#waiting.length > 0 ? this.#waiting.shift() : -1;
  }

  completed(): void {}

  endingAt(): number {
    return -1;
  }
}
