/**
 * Where time goes in the flash: how long each target's array and each channel worked, how long pages waited for their
 * target and data for its channel; and each target's work over time, for a heat map (die x time).
 */
import { type Picoseconds, Series, type Simulation, us } from '../../sim/index.ts';

const FIRST_WIDTH = us(100);
const POINTS = 64;

export class NandActivity {
  /** ps that each target's array worked. */
  readonly arrayBusy: Float64Array;
  /** ps that each channel carried commands, and data. */
  readonly commandBusy: Float64Array;
  readonly dataBusy: Float64Array;
  /** Of each target: pages that started, and the sum of their waits for it; ps. */
  readonly pages: Float64Array;
  readonly pageWait: Float64Array;
  /** Of each channel: reads whose data started to cross it, and the sum of their waits for it; ps. */
  readonly transfers: Float64Array;
  readonly transferWait: Float64Array;
  /** Array time of each target over time. */
  readonly series: readonly Series[];
  readonly #sim: Simulation;

  constructor(sim: Simulation, targets: number, channels: number) {
    this.#sim = sim;
    this.arrayBusy = new Float64Array(targets);
    this.commandBusy = new Float64Array(channels);
    this.dataBusy = new Float64Array(channels);
    this.pages = new Float64Array(targets);
    this.pageWait = new Float64Array(targets);
    this.transfers = new Float64Array(channels);
    this.transferWait = new Float64Array(channels);
    this.series = Array.from({ length: targets }, () => new Series({ width: FIRST_WIDTH, points: POINTS }));
  }

  command(channel: number, time: Picoseconds): void {
    this.commandBusy[channel] += time;
  }

  data(channel: number, time: Picoseconds): void {
    this.dataBusy[channel] += time;
  }

  array(target: number, time: Picoseconds): void {
    this.arrayBusy[target] += time;
    this.series[target].add(this.#sim.now, time);
  }

  pageStarts(target: number, queuedAt: Picoseconds): void {
    this.pages[target]++;
    this.pageWait[target] += this.#sim.now - queuedAt;
  }

  dataStarts(channel: number, readyAt: Picoseconds): void {
    this.transfers[channel]++;
    this.transferWait[channel] += this.#sim.now - readyAt;
  }
}
