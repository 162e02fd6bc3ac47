/**
 * Frequency threshold: an object is inserted once it was requested `requests` times; all counts are halved after every
 * `halve` requests of any object (0: never).
 */
import { integer } from '../definition.ts';
import { type AdmissionFilter, defineFilter } from './filter.ts';

class FrequencyThreshold implements AdmissionFilter {
  private readonly counts: Uint32Array;
  private readonly least: number;
  private readonly halve: number;
  private seen = 0;

  constructor(objects: number, least: number, halve: number) {
    this.counts = new Uint32Array(objects);
    this.least = least;
    this.halve = halve;
  }

  request(id: number): void {
    if (++this.seen === this.halve) {
      this.seen = 0;
      for (let each = 0; each < this.counts.length; each++) this.counts[each] >>>= 1;
    }
    this.counts[id]++;
  }

  admits(id: number): boolean {
    return this.counts[id] >= this.least;
  }
}

export const frequency = defineFilter({
  name: 'frequency',
  version: 1,
  description:
    'An object is inserted once it was requested n times; counts are halved every `halve` requests.',
  parameters: {
    requests: integer(2, 1, 2 ** 31, 'requests before an object is inserted'),
    halve: integer(0, 0, 2 ** 31, 'requests of all objects between two halvings; 0: never'),
  },
  create: ({ objects }, { requests, halve }) => new FrequencyThreshold(objects, requests, halve),
});
