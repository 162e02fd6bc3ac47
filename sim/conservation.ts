/**
 * Conservation: what went into a station has come out, was cancelled, or is still there; and Little's law.
 *
 * Little's law (J. D. C. Little, Operations Research 9, 1961) over a finite window holds exactly when the visits still
 * under way are counted up to now: ∫ N(t) dt = Σ time each visitor has spent. The left side is integrated from arrivals
 * and departures, the right side summed from each visitor's own arrival time, so a lost, doubled or mixed-up visitor
 * makes them differ. (Divided by the elapsed time it reads N = X · R.)
 */
import { type Picoseconds, toSeconds } from './time.ts';

/** Rounding of sums of Float64: far above it for any run, far below any lost visitor. */
const TOLERANCE = 1e-9;

/** Something was lost, made from nothing, or faster than its rate: the simulation is wrong, whatever it printed. */
export class ConservationError extends Error {
  override name = 'ConservationError';
}

/** Counts visitors of one place and the time they spend there. */
export class Census {
  submitted = 0;
  completed = 0;
  cancelled = 0;
  /** Σ of the visitors' own times, departed ones only, ps. */
  private spent = 0;
  private area = 0;
  private since = 0;

  get present(): number {
    return this.submitted - this.completed - this.cancelled;
  }

  /** ∫ N dt up to now, visitor-picoseconds. */
  integral(now: Picoseconds): number {
    return this.area + this.present * (now - this.since);
  }

  arrive(now: Picoseconds): void {
    this.advance(now);
    this.submitted++;
  }

  complete(now: Picoseconds, arrived: Picoseconds): void {
    this.advance(now);
    this.completed++;
    this.spent += now - arrived;
  }

  cancel(now: Picoseconds, arrived: Picoseconds): void {
    this.advance(now);
    this.cancelled++;
    this.spent += now - arrived;
  }

  /**
   * @param name the place, for the message
   * @param present visitors found there now, counted independently
   * @param presentTime Σ of the time those have spent so far, ps
   * @throws ConservationError
   */
  audit(name: string, now: Picoseconds, present: number, presentTime: Picoseconds): void {
    const { submitted, completed, cancelled } = this;
    if (submitted !== completed + cancelled + present) {
      throw new ConservationError(
        `${name}: ${submitted} submitted, but ${completed} completed + ${cancelled} cancelled + ${present} present`,
      );
    }
    const area = this.integral(now);
    const visits = this.spent + presentTime;
    if (Math.abs(area - visits) > TOLERANCE * Math.max(area, visits)) {
      throw new ConservationError(
        `${name}: Little's law fails after ${toSeconds(now)} s: integral of N is ${area} ps, visits sum to ${visits} ps`,
      );
    }
  }

  private advance(now: Picoseconds): void {
    this.area += this.present * (now - this.since);
    this.since = now;
  }
}
