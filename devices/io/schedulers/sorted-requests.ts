/** Waiting requests of one operation in the order of their offsets, those at the same offset in the order of arrival. */
import { grown } from '../../../sim/grown.ts';
import type { WaitingRequests } from './scheduler.ts';

export class SortedRequests {
  length = 0;
  readonly #requests: WaitingRequests;
  #sorted = new Int32Array(64);

  constructor(requests: WaitingRequests) {
    this.#requests = requests;
  }

  insert(request: number): void {
    if (this.length === this.#sorted.length) this.#sorted = grown(this.#sorted, 2 * this.length);
    const place = this.#after(this.#requests.offsetOf(request));
    this.#sorted.copyWithin(place + 1, place, this.length++);
    this.#sorted[place] = request;
  }

  /** Place of the first request at or beyond `offset`; `length` when there is none. */
  from(offset: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#requests.offsetOf(this.#sorted[middle]) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(place: number): number {
    return this.#sorted[place];
  }

  /** Place of the request that has waited longest. */
  oldest(): number {
    let oldest = 0;
    for (let place = 1; place < this.length; place++)
      if (this.#requests.sinceOf(this.#sorted[place]) < this.#requests.sinceOf(this.#sorted[oldest]))
        oldest = place;
    return oldest;
  }

  take(place: number): number {
    const request = this.#sorted[place];
    this.#sorted.copyWithin(place, place + 1, this.length--);
    return request;
  }

  /** The request that ends at `offset`, or -1. */
  endingAt(offset: number): number {
    const place = this.from(offset) - 1;
    if (place < 0) return -1;
    const request = this.#sorted[place];
    return this.#requests.offsetOf(request) + this.#requests.bytesOf(request) === offset ? request : -1;
  }

  #after(offset: number): number {
    let place = this.from(offset);
    while (place < this.length && this.#requests.offsetOf(this.#sorted[place]) === offset) place++;
    return place;
  }
}
