/** Every eviction policy. One line here registers it: commands, reports and property tests pick it up by themselves. */
export { fifo } from './fifo.ts';
export { lru } from './lru.ts';
export { min } from './min.ts';
export { random } from './random.ts';
