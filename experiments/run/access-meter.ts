/**
 * Where in the file the commands of the measured tokens fall, in the order in which the drives get them: gaps between
 * neighbours on one drive, by block tracing's classes, and a bounded number of points for the map. When there are too
 * many points every second one goes, and from then on only every second command becomes one.
 */
import { type Simulation, toSeconds } from '../../sim/index.ts';
import { GAP_CLASSES, gapClassOf } from '../../workloads/traces/gaps.ts';
import type { Storage } from '../result.ts';

const POINTS = 4000;

export class AccessMeter {
  /** [s, offset, bytes]. */
  points: [number, number, number][] = [];
  readonly #simulation: Simulation;
  readonly #gaps = GAP_CLASSES.map(() => 0);
  readonly #ends: Float64Array;
  #measuring = false;
  #commands = 0;
  #every = 1;

  constructor(simulation: Simulation, drives: number) {
    this.#simulation = simulation;
    this.#ends = new Float64Array(drives).fill(-1);
  }

  begin(): void {
    this.#measuring = true;
  }

  command(offset: number, bytes: number, drive: number, driveOffset: number): void {
    if (!this.#measuring) return;
    if (this.#ends[drive] >= 0) this.#gaps[gapClassOf(driveOffset - this.#ends[drive])]++;
    this.#ends[drive] = driveOffset + bytes;
    if (this.#commands++ % this.#every !== 0) return;
    if (this.points.length === POINTS) {
      this.points = this.points.filter((_, i) => i % 2 === 0);
      this.#every *= 2;
    }
    this.points.push([toSeconds(this.#simulation.now), offset, bytes]);
  }

  /** Shares of the commands that have one before them on their drive; undefined without any. */
  get pattern(): Storage['accessPattern'] {
    const pairs = this.#gaps.reduce((sum, n) => sum + n, 0);
    if (pairs === 0) return undefined;
    const [none, near, far, larger, backward] = this.#gaps;
    return {
      sequentialShare: none / pairs,
      forwardGapShare: (near + far + larger) / pairs,
      backwardShare: backward / pairs,
      gaps: GAP_CLASSES.map((gap, i) => ({ gap, commands: this.#gaps[i] })),
    };
  }
}
