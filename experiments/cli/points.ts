/** Which points of an experiment a command works on. */
import { InputError } from '../errors.ts';
import type { Loaded, Point } from '../load.ts';

/** Point n, from 1. */
export function pointOf({ points }: Loaded, n: number): Point {
  if (n <= points.length) return points[n - 1];
  throw new InputError(
    `--point ${n}: the experiment has ${points.length} points; allowed is 1 to ${points.length}`,
  );
}

/** What `run` may run: every case, but not a sweep unless one of its points is named. */
export function pointsToRun(loaded: Loaded, n: number | undefined, file: string): readonly Point[] {
  if (n !== undefined) return [pointOf(loaded, n)];
  const { points, swept } = loaded;
  if (!swept || points.length === 1) return points;
  throw new InputError(
    `${file}: found a sweep of ${points.length} points; allowed is one; use nvmoe sweep for all of them, or --point n`,
  );
}
