/** No admission filter: every object that missed may be inserted. */
import { defineFilter } from './filter.ts';

export const none = defineFilter({
  name: 'none',
  version: 1,
  description: 'Every object that missed is inserted.',
  refuses: false,
  create: () => ({ request() {}, admits: () => true }),
});
