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
  /** Pages that started, and the sum of their waits for the target; ps. */
  pages = 0;
  pageWait: Picoseconds = 0;
  /** Reads whose data started to cross the channel, and the sum of their waits for it; ps. */
  transfers = 0;
  transferWait: Picoseconds = 0;
  /** Array time of each target over time. */
  readonly series: readonly Series[];
  readonly #sim: Simulation;

  constructor(sim: Simulation, targets: number, channels: number) {
    this.#sim = sim;
    this.arrayBusy = new Float64Array(targets);
    this.commandBusy = new Float64Array(channels);
    this.dataBusy = new Float64Array(channels);
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

  pageStarts(queuedAt: Picoseconds): void {
    this.pages++;
    this.pageWait += this.#sim.now - queuedAt;
  }

  dataStarts(readyAt: Picoseconds): void {
    this.transfers++;
    this.transferWait += this.#sim.now - readyAt;
  }
}
