/** Where time goes inside the drives at flash fidelity, over the measured window: utilisation and waits by station. */
import type { Drive, StationTotals } from '../../devices/index.ts';
import { type Picoseconds, toSeconds } from '../../sim/index.ts';
import { flashOf, stationName } from '../flash-activity.ts';
import type { Storage } from '../result.ts';

export class FlashMeter {
  readonly #drives: readonly Drive[];
  #before: StationTotals[][] = [];

  constructor(drives: readonly Drive[]) {
    this.#drives = drives;
  }

  begin(): void {
    this.#before = this.#totals();
  }

  /** @param time since `begin` */
  since(time: Picoseconds): NonNullable<Storage['stations']> {
    return this.#totals().flatMap((stations, drive) =>
      stations.map(({ kind, name, busy, waited, visits }, i) => {
        const before = this.#before[drive][i];
        const visited = visits - before.visits;
        return {
          kind,
          name: stationName(this.#drives, this.#drives[drive], name),
          // Work is counted when it is taken on, so a window may hold a little more than it has time.
          utilisation: time > 0 ? Math.min(1, (busy - before.busy) / time) : 0,
          waitSeconds: visited > 0 ? toSeconds((waited - before.waited) / visited) : 0,
          visits: visited,
        };
      }),
    );
  }

  #totals = () => this.#drives.map((drive) => flashOf(drive)?.stations ?? []);
}
