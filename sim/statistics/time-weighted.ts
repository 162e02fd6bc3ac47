/**
 * The mean over time of a quantity that changes in steps (queue depth, bytes resident): ∫ value dt / elapsed.
 */
import type { Picoseconds } from '../time.ts';

export class TimeWeighted {
  value: number;
  max: number;
  private start: Picoseconds;
  private since: Picoseconds;
  private area = 0;

  constructor(now: Picoseconds = 0, value = 0) {
    this.start = now;
    this.since = now;
    this.value = value;
    this.max = value;
  }

  /** The quantity has this value from now on. */
  set(now: Picoseconds, value: number): void {
    this.area += this.value * (now - this.since);
    this.since = now;
    this.value = value;
    if (value > this.max) this.max = value;
  }

  add(now: Picoseconds, change: number): void {
    this.set(now, this.value + change);
  }

  /** ∫ value dt since the start, value-picoseconds. */
  integral(now: Picoseconds): number {
    return this.area + this.value * (now - this.since);
  }

  /** Mean since the start; the value itself if no time has passed. */
  mean(now: Picoseconds): number {
    return now > this.start ? this.integral(now) / (now - this.start) : this.value;
  }

  /** Forgets what was before now (the end of a warm-up); the value stays. */
  restart(now: Picoseconds): void {
    this.start = now;
    this.since = now;
    this.area = 0;
    this.max = this.value;
  }
}
