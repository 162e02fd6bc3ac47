/** The key `mmap`: options of the program that maps its weights, llama.cpp, under `execution: mmap`. */
import { z } from 'zod';
import { EXPERT_ORDERS } from '../../workloads/inference/llamacpp-graph.ts';
import { quantity } from './leaf.ts';

export const mappedSchema = z.strictObject({
  populate: z
    .boolean()
    .default(true)
    .describe('MAP_POPULATE: the whole file is touched once at load, also where it cannot stay.'),
  fadvise: z
    .enum(['normal', 'sequential'])
    .default('sequential')
    .describe('posix_fadvise at load: sequential doubles the read-ahead window.'),
  madvise: z
    .enum(['normal', 'random', 'sequential'])
    .default('normal')
    .describe('madvise on the whole mapping after the load; random: no read-ahead.'),
  order: z
    .enum(EXPERT_ORDERS)
    .default('up-gate-down')
    .describe('Order of the three operations on the routed experts.'),
  lazyExperts: z
    .boolean()
    .default(false)
    .describe('MADV_WILLNEED on the slices of the chosen experts as soon as the router has chosen.'),
  prefetchThreads: quantity('count', { min: 0, max: 256 })
    .default(0)
    .describe(
      'Threads that populate the chosen experts ahead, 2 MiB at a time (MADV_POPULATE_READ); 0: none.',
    ),
});
