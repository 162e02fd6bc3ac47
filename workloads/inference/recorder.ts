/**
 * What the program spent its time on. Every instant of a run is one of: computing, waiting for weights (exposed I/O),
 * software on the program's path, or idle, without a request. Sums cover what follows the warm-up; load and prefill have
 * their own.
 */
import type { Picoseconds, Simulation } from '../../sim/index.ts';
import type { ReadObserver } from './buffer-manager.ts';
import type { Catalogue } from './catalogue.ts';
import type { Pass } from './scheduler.ts';
import { Timeline } from './timeline.ts';

export type TimeKind = 'compute' | 'wait' | 'software' | 'idle';
export type Phase = 'load' | 'prefill' | 'decode' | 'done';

export interface RecorderOptions {
  /** Steps whose spans are kept, from the first measured one on. */
  readonly timelineSteps: number;
  /** Called when a phase begins, and with 'window' when the measured part of the decode does. */
  readonly onPhase: (phase: Phase | 'window') => void;
}

export interface PassRecord {
  readonly time: Picoseconds;
  readonly end: Picoseconds;
  readonly pass: Pass;
}

export class Recorder {
  readonly timeline = new Timeline();
  readonly passes: PassRecord[] = [];
  /** Steps that are complete: passes that give tokens. */
  private steps = 0;
  /** Passes and steps before the measured window. */
  private warmupPasses = 0;
  private warmupSteps = 0;
  /** Start of the measured window and of each phase. */
  windowStart: Picoseconds = 0;
  readonly phaseStart: Record<Phase, Picoseconds> = { load: 0, prefill: 0, decode: 0, done: 0 };
  readonly spentIn: Record<TimeKind, Picoseconds> = { compute: 0, wait: 0, software: 0, idle: 0 };
  /** Time of each kernel class, as far as measured. */
  readonly kernelTime = new Map<string, Picoseconds>();
  private readonly sim: Simulation;
  private readonly options: RecorderOptions;
  private passStart: Picoseconds = 0;
  private measuring = false;

  constructor(sim: Simulation, options: RecorderOptions) {
    this.sim = sim;
    this.options = options;
  }

  phase(phase: Phase): void {
    this.phaseStart[phase] = this.sim.now;
    this.options.onPhase(phase);
  }

  passBegins(pass: Pass): void {
    this.passStart = this.sim.now;
    if (pass.warm && !this.measuring) {
      this.measuring = true;
      this.windowStart = this.sim.now;
      this.warmupPasses = this.passes.length;
      this.warmupSteps = this.steps;
      this.options.onPhase('window');
    }
    this.timeline.recording = this.measuring && this.steps < this.warmupSteps + this.options.timelineSteps;
  }

  passEnds(pass: Pass): void {
    this.timeline.recording = false;
    this.passes.push({ time: this.sim.now - this.passStart, end: this.sim.now, pass });
    if (pass.gives > 0) this.steps++;
  }

  spent(kind: TimeKind, name: string, start: Picoseconds, end: Picoseconds): void {
    if (!this.measuring) return;
    this.spentIn[kind] += end - start;
    if (kind === 'compute') this.kernelTime.set(name, (this.kernelTime.get(name) ?? 0) + end - start);
    if (kind !== 'idle') this.timeline.program(kind, name, start, end);
  }

  /** Puts the reads of objects into the timeline, named by layer and expert. */
  reads(catalogue: Catalogue): ReadObserver {
    const issuedAt = new Float64Array(catalogue.objects);
    const ahead = new Uint8Array(catalogue.objects);
    return {
      issued: (id, prefetch) => {
        issuedAt[id] = this.sim.now;
        ahead[id] = prefetch ? 1 : 0;
      },
      landed: (id) => {
        if (!this.timeline.recording) return;
        const kind = ahead[id] === 1 ? 'prefetch' : 'read';
        this.timeline.read(kind, catalogue.nameOf(id), issuedAt[id], this.sim.now);
      },
    };
  }

  /** Duration of each step: a pass that gives tokens. */
  get tokenTime(): Float64Array {
    const steps = this.passes.filter(({ pass }) => pass.gives > 0);
    return Float64Array.from(steps, ({ time }) => time);
  }

  /** Tokens given before the measured window. */
  get warmupTokens(): number {
    return this.passes.slice(0, this.warmupPasses).reduce((sum, { pass }) => sum + pass.gives, 0);
  }

  /** Passes of the measured window; none where it has not begun. */
  get measured(): readonly PassRecord[] {
    return this.measuring ? this.passes.slice(this.warmupPasses) : [];
  }
}
