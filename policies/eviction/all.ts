/** Every eviction policy. One line here registers it: commands, reports and property tests pick it up by themselves. */
export { arc } from './arc.ts';
export { clock } from './clock.ts';
export { fifo } from './fifo.ts';
export { gdsf } from './gdsf.ts';
export { lfu } from './lfu.ts';
export { lfuda } from './lfuda.ts';
export { lirs } from './lirs.ts';
export { lru } from './lru.ts';
export { min } from './min.ts';
export { qdLpFifo } from './qd-lp-fifo.ts';
export { random } from './random.ts';
export { s3Fifo } from './s3-fifo.ts';
export { sieve } from './sieve.ts';
export { slru } from './slru.ts';
export { twoQ } from './two-q.ts';
