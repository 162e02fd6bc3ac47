/** Size threshold: objects above a share of the capacity are read around the cache. */
import { number } from '../definition.ts';
import { defineFilter } from './filter.ts';

export const size = defineFilter({
  name: 'size',
  version: 1,
  description: 'Objects larger than a share of the capacity are not inserted.',
  parameters: { share: number(0.1, 0, 1, 'largest object, as a share of the capacity') },
  create: ({ sizes, capacity }, { share }) => ({
    request() {},
    admits: (id) => (sizes?.[id] ?? 1) <= share * capacity,
  }),
});
