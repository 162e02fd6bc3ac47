/** Probabilistic admission: an object that missed is inserted with probability p, so that popular ones get in sooner. */
import { number } from '../definition.ts';
import { defineFilter } from './filter.ts';

export const probability = defineFilter({
  name: 'probability',
  version: 1,
  description: 'An object that missed is inserted with probability p.',
  parameters: { p: number(0.5, 0, 1, 'probability of insertion') },
  usesRandom: true,
  create: ({ random }, { p }) => ({ request() {}, admits: () => random!() < p }),
});
