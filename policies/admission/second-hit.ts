/**
 * Second-hit admission (doorkeeper): an object is inserted when it is requested for the second time. The memory of
 * first requests is wiped after `window` of them, so that two rare requests far apart do not count as two.
 *
 * Source: Maggs, Sitaraman, "Algorithmic nuggets in content delivery", ACM SIGCOMM CCR 45(3), 2015 (cache on second
 * request); the wiped doorkeeper is TinyLFU's (Einziger, Friedman, Manes, ACM TOS 13(4), 2017).
 */
import { integer } from '../definition.ts';
import { type AdmissionFilter, defineFilter } from './filter.ts';

class SecondHit implements AdmissionFilter {
  private readonly requests: Uint8Array;
  private readonly window: number;
  private remembered = 0;

  constructor(objects: number, window: number) {
    this.requests = new Uint8Array(objects);
    this.window = window;
  }

  request(id: number): void {
    if (this.requests[id] === 2) return;
    if (++this.requests[id] === 2 || ++this.remembered <= this.window) return;
    this.requests.fill(0);
    this.requests[id] = 1;
    this.remembered = 1;
  }

  admits(id: number): boolean {
    return this.requests[id] === 2;
  }
}

export const secondHit = defineFilter({
  name: 'second-hit',
  version: 1,
  aliases: ['doorkeeper'],
  description:
    'An object is inserted at its second request within a window of `window` first requests. Maggs, Sitaraman, ' +
    'SIGCOMM CCR 45(3), 2015.',
  parameters: { window: integer(100_000, 1, 2 ** 31, 'first requests remembered before all is forgotten') },
  create: ({ objects }, { window }) => new SecondHit(objects, window),
});
