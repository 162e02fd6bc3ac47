/**
 * Reads the machine's counters at the borders of the phases and samples them in between: throughput and queue depth over
 * time. The window is the decode after warm-up; counters of devices and I/O begin anew with each phase.
 */
import { Histogram, Series, type Simulation, toSeconds } from '../../sim/index.ts';
import type { Phase } from '../../workloads/inference/index.ts';
import type { Machine } from '../machine.ts';
import type { Storage } from '../result.ts';
import { AccessMeter } from './access-meter.ts';
import { FlashMeter } from './flash-meter.ts';
import { PageMeter } from './page-meter.ts';
import { storageOf } from './storage-of.ts';

/** First interval of the samples, ps; it doubles as the run grows. */
const SAMPLE = 1e9;

export class Meter {
  /** Bytes read and the integral of the device depth, by interval. */
  readonly bytes = new Series({ width: SAMPLE });
  readonly depth = new Series({ width: SAMPLE });
  /** What the page cache did; absent where reads go past it. */
  readonly pages?: PageMeter;
  readonly access: AccessMeter;
  private readonly flash: FlashMeter;
  /** Storage measures of the phases that are over. */
  readonly storage = new Map<Phase | 'window', Storage>();
  /** Of the commands of the measured window, all drives together, ps. */
  latency = new Histogram();
  private readonly sim: Simulation;
  private readonly machine: Machine;
  private readonly sample: number;
  private current: Phase | 'window' = 'load';
  private since = 0;
  private readBefore = 0;
  private depthBefore = 0;
  private busyBefore: number[];

  constructor(sim: Simulation, machine: Machine) {
    this.sim = sim;
    this.machine = machine;
    this.busyBefore = machine.drives.map(() => 0);
    this.flash = new FlashMeter(machine.drives);
    this.access = new AccessMeter(sim, machine.drives.length);
    machine.array.onCommand = (offset, bytes, drive, driveOffset) =>
      this.access.command(offset, bytes, drive, driveOffset);
    const cached = machine.mapped ?? machine.buffered;
    if (cached) this.pages = new PageMeter(cached);
    this.sample = sim.register(() => this.takeSample());
    sim.after(SAMPLE, this.sample);
  }

  phase(phase: Phase | 'window'): void {
    const { sim, machine } = this;
    this.recordSample();
    if (sim.now > this.since || phase === 'done') {
      const busy = machine.drives.map((drive, i) => drive.busy.read - this.busyBefore[i]);
      const seconds = toSeconds(sim.now - this.since);
      this.storage.set(this.current, storageOf(machine, this.current, seconds, busy, sim.now));
      this.pages?.phaseEnds(this.current, seconds);
    }
    if (this.current === 'window') {
      for (const { statistics } of machine.drives) this.latency.merge(statistics.latency[0]);
      const stations = this.flash.since(sim.now - this.since);
      const window = this.storage.get('window');
      if (window && stations.length > 0) this.storage.set('window', { ...window, stations });
    }
    machine.reads?.restartStatistics();
    machine.mapped?.restartStatistics();
    this.pages?.phaseBegins();
    for (const drive of machine.drives) drive.restartStatistics();
    this.busyBefore = machine.drives.map((drive) => drive.busy.read);
    this.readBefore = 0;
    this.depthBefore = 0;
    this.since = sim.now;
    this.current = phase;
    if (phase === 'window') {
      this.access.begin();
      this.flash.begin();
    }
  }

  /** A generated token is complete. */
  token(): void {
    this.pages?.token();
  }

  private takeSample(): void {
    this.recordSample();
    if (this.current !== 'done') this.sim.after(SAMPLE, this.sample);
  }

  private recordSample(): void {
    const { now } = this.sim;
    let read = 0;
    let depth = 0;
    for (const { statistics } of this.machine.drives) {
      read += statistics.bytes[0];
      depth += statistics.depth.integral(now);
    }
    const at = Math.max(0, now - 1);
    this.bytes.add(at, read - this.readBefore);
    this.depth.add(at, depth - this.depthBefore);
    this.readBefore = read;
    this.depthBefore = depth;
  }
}
