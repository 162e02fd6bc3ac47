/**
 * Named random streams: one generator per component path, all derived from one seed, so that adding a component does
 * not disturb the others and two policies see the same random numbers.
 *
 * Generator: seedrandom's xor4096 (R. P. Brent, "Some long-period random number generators using shifts and xors",
 * 2010), 32 bits a draw. Its default ARC4 is ten times slower.
 */
import seedrandom from 'seedrandom';

/** A draw, uniform in [0, 1) in steps of 2^-32. */
export type Random = () => number;

export class RandomStreams {
  private readonly seed: string;
  private readonly streams = new Map<string, Random>();

  constructor(seed: string) {
    this.seed = seed;
  }

  /** The stream of this path; asking twice gives the same stream, not a second copy of its numbers. */
  at(path: string): Random {
    let stream = this.streams.get(path);
    if (stream === undefined) {
      stream = seedrandom.xor4096(`${this.seed.length}:${this.seed}/${path}`);
      this.streams.set(path, stream);
    }
    return stream;
  }
}

/** An exponential variate of the given mean, by inversion; at most 22.2 means. */
export const exponential = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;
