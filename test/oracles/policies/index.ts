/** The reference of each registered policy, by name. A policy without one fails the model-based tests. */
import type { ParameterValues } from '../../../policies/index.ts';
import * as frequencies from './frequencies.ts';
import * as ghosts from './ghosts.ts';
import type { Oracle, World } from './oracle.ts';
import * as queues from './queues.ts';

const countOf = (history: number[], id: number) => history.filter((each) => each === id).length;
const countsSince = (history: number[], halve: number, id: number) => {
  let count = 0;
  history.forEach((each, i) => {
    if (halve > 0 && (i + 1) % halve === 0) count >>= 1;
    if (each === id) count++;
  });
  return count;
};

/** Each reference states the types of its own parameters; the registry has checked the values. */
type Make = (world: World, p: never, equalSizes: boolean) => Oracle;

const MAKE: Record<string, Make> = {
  '2q': (world, p: ghosts.TwoQ['p']) => new ghosts.TwoQ(world, p),
  arc: (world) => new ghosts.Arc(world),
  clock: (world, p: { bits: number }) => new queues.Clock(world, p.bits),
  fifo: (world) => new queues.Fifo(world),
  gdsf: (world) => new frequencies.Gdsf(world, (count, id) => (count * 1e6) / world.sizeOf(id)),
  hotness: (world, p: { halve: number; classes: number }) =>
    new frequencies.CountedLast(world, (history, id) =>
      Math.min(Math.floor(Math.log2(countsSince(history, p.halve, id) || 1)), p.classes - 1),
    ),
  hyperbolic: (world, p: { sample: number }) => new queues.Hyperbolic(world, p.sample),
  'least-stale': (world) => new queues.LeastStale(world),
  lecar: (world, p: { rate: number; decay: number }) => new frequencies.LeCaR(world, p.rate, p.decay),
  lfru: (world) => new frequencies.CountedLast(world, countOf),
  lfu: (world) => new frequencies.Lfu(world),
  lfuda: (world, p: { variant: string }) =>
    p.variant === 'paper' ? new frequencies.Gdsf(world, (count) => count) : new frequencies.Lfuda(world),
  lirs: (world, p: ghosts.Lirs['p']) => new ghosts.Lirs(world, p),
  lrfu: (world, p: { lambda: number }) => new frequencies.Lrfu(world, p.lambda),
  lru: (world) => new queues.Lru(world),
  min: (world, p: { bypass: boolean }) => new queues.Min(world, p.bypass),
  'qd-lp-fifo': (world, p: ghosts.QdLpFifo['p']) => new ghosts.QdLpFifo(world, p),
  random: (world) => new queues.RandomVictim(world),
  's3-fifo': (world, p: ghosts.S3Fifo['p']) => new ghosts.S3Fifo(world, p),
  sieve: (world) => new queues.Sieve(world),
  slru: (world, p: { segments: number }) => new ghosts.Slru(world, p.segments),
  'static-pin': (world, p: { share: number }) => new queues.StaticPin(world, p.share),
  'w-tinylfu': (world, p: ghosts.WTinyLfu['p'], equalSizes) => new ghosts.WTinyLfu(world, p, equalSizes),
  'windowed-lfu': (world, p: { window: number }) =>
    new frequencies.CountedFirst(world, (history, id) => countOf(history.slice(-p.window), id)),
};

/** @param p complete parameters @param equalSizes whether every object counts 1 */
export function oracleOf(name: string, world: World, p: ParameterValues, equalSizes: boolean): Oracle {
  if (MAKE[name] === undefined) {
    throw new Error(`${name} has no naive reference; add one to test/oracles/policies`);
  }
  return MAKE[name](world, p as never, equalSizes);
}
