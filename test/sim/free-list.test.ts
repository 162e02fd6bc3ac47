/** Places are taken once, the last given back first, as many as there are. */
import { expect, it } from 'vitest';
import { FreeList } from '../../sim/free-list.ts';

it('gives out the place given back last, else a new one, and says when there are more', () => {
  const list = new FreeList('things');
  const taken = Array.from({ length: 65 }, () => list.take());
  expect(taken).toEqual(Array.from({ length: 65 }, (_, place) => place));
  expect(list.capacity).toBe(128);
  list.release(3);
  list.release(40);
  expect([list.take(), list.take(), list.take()]).toEqual([40, 3, 65]);
});
