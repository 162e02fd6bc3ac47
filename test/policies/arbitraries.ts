/** What the property tests of policies share: the specs to try, small worlds, and policies living in them. */
import fc from 'fast-check';
import { createPolicy, type EvictionPolicy, findPolicy, futureOf, policies } from '../../policies/index.ts';

export const OBJECTS = 9;

/** Settings worth trying beside the default, which every registered policy gets. */
const SETTINGS: Record<string, string[]> = {
  clock: ['clock:bits=0', 'clock:bits=2'],
  hotness: ['hotness:classes=2:halve=7'],
  hyperbolic: ['hyperbolic:sample=2'],
  lfuda: ['lfuda:variant=paper'],
  lirs: ['lirs:hirs=.4', 'lirs:hirs=.4:variant=paper'],
  lrfu: ['lrfu:lambda=0', 'lrfu:lambda=.3', 'lrfu:lambda=1'],
  min: ['min:bypass=true'],
  'qd-lp-fifo': ['qd-lp-fifo:small=.5', 'qd-lp-fifo:small=.5:bits=1:move=2'],
  's3-fifo': ['s3-fifo:small=.4', 's3-fifo:small=.4:move=1', 's3-fifo:small=.4:variant=paper'],
  slru: ['slru:segments=1', 'slru:segments=2'],
  'w-tinylfu': ['w-tinylfu:window=.4', 'w-tinylfu:window=.4:sample=3:variant=paper'],
  'windowed-lfu': ['windowed-lfu:window=5'],
};

/** Every registered policy with its default, and these settings. */
export const specs: string[] = policies.flatMap(({ name }) => [name, ...(SETTINGS[name] ?? [])]);

export const definitionOf = (spec: string) => findPolicy(spec.split(':')[0]);

export const traces = (maxLength = 80, objects = OBJECTS) =>
  fc.array(fc.nat(objects - 1), { minLength: 1, maxLength }).map((list) => Uint32Array.from(list));

/** A source of numbers that repeats exactly from the same start (Numerical Recipes' LCG). */
export const randomFrom = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

export const layerOf = (id: number) => id % 3;
export const popularityOf = (id: number) => (id * 5) % 7;

export interface Setting {
  readonly capacity: number;
  readonly ids?: Uint32Array;
  readonly sizes?: Float64Array;
  readonly objects?: number;
  readonly onEvict?: (id: number) => void;
}

/** A policy with every option that any policy needs. */
export function make(
  spec: string,
  { ids = new Uint32Array(0), objects = OBJECTS, ...rest }: Setting,
): EvictionPolicy {
  const all = Array.from({ length: objects }, (_, id) => id);
  return createPolicy(spec, {
    ...rest,
    objects,
    future: futureOf(ids, objects),
    random: randomFrom(1),
    layers: Uint16Array.from(all, layerOf),
    popularity: Float64Array.from(all, popularityOf),
  });
}

export const missesOf = (spec: string, ids: Uint32Array, capacity: number, objects = OBJECTS): number =>
  ids.length - make(spec, { capacity, ids, objects }).accessMany(ids, 0, ids.length);

export const residentsOf = (policy: EvictionPolicy, objects = OBJECTS): number[] =>
  Array.from({ length: objects }, (_, id) => id).filter((id) => policy.contains(id));
