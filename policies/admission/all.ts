/** Every admission filter. One line here registers it. */
export { frequency } from './frequency.ts';
export { none } from './none.ts';
export { probability } from './probability.ts';
export { secondHit } from './second-hit.ts';
export { size } from './size.ts';
