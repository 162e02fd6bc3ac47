/**
 * Bad input: what a person wrote cannot be used. The command line prints the message as one paragraph, without a stack
 * trace, and exits with 2. Every message says what was found, what is allowed and what to do.
 */

/** Keys and list positions from the top of an experiment, e.g. ['storage', 'count']. */
export type KeyPath = readonly (string | number)[];

export class InputError extends Error {
  /** The key at fault, where known; `load` turns it into file, line and key. */
  readonly path?: KeyPath;

  constructor(message: string, path?: KeyPath) {
    super(message);
    this.name = 'InputError';
    this.path = path;
  }
}

/** A check that a command makes did not hold: what it is about has been printed; the command exits with 1. */
export class FailedCheck extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FailedCheck';
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs `body`; what it throws becomes an InputError about the key at `path`, unless it names one already or is a fault
 * of the program itself.
 */
export function asInputError<T>(path: KeyPath, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    if (error instanceof InputError && error.path) throw error;
    throw new InputError(messageOf(error), path);
  }
}

/**
 * The candidates nearest to what was written, by edit distance (Levenshtein, with case counting half), at most a third
 * of its length away; at most three.
 */
export function didYouMean(written: string, candidates: Iterable<string>): string[] {
  const limit = Math.max(1, written.length / 3);
  return [...new Set(candidates)]
    .map((name) => ({ name, distance: editDistance(written, name) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `; did you mean X or Y?`, or nothing. */
export function suggestion(written: string, candidates: Iterable<string>): string {
  const near = didYouMean(written, candidates);
  return near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const [x, y] = [a[i - 1], b[j - 1]];
      const change = x === y ? 0 : x.toLowerCase() === y.toLowerCase() ? 0.5 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + change);
    }
    row = next;
  }
  return row[b.length];
}
