/**
 * What the program spent its time on. Every instant of a run is one of: computing, waiting for weights (exposed I/O),
 * or software on the program's path. Sums cover the decode after the warm-up tokens; load and prefill have their own.
 */
import type { Picoseconds, Simulation } from '../../sim/index.ts';
import type { ReadObserver } from './buffer-manager.ts';
import type { Catalogue } from './catalogue.ts';
import { Timeline } from './timeline.ts';

export type TimeKind = 'compute' | 'wait' | 'software';
export type Phase = 'load' | 'prefill' | 'decode' | 'done';

export interface RecorderOptions {
  readonly generateTokens: number;
  /** Decode tokens before the measured window. */
  readonly warmupTokens: number;
  /** Tokens whose spans are kept, from the first measured one on. */
  readonly timelineTokens: number;
  /** Called when a phase begins, and with 'window' when the measured part of the decode does. */
  readonly onPhase: (phase: Phase | 'window') => void;
}

export class Recorder {
  readonly timeline = new Timeline();
  /** Duration of each decode token. */
  readonly tokenTime: Float64Array;
  /** Start of the measured window and of each phase. */
  windowStart: Picoseconds = 0;
  readonly phaseStart: Record<Phase, Picoseconds> = { load: 0, prefill: 0, decode: 0, done: 0 };
  readonly spentIn: Record<TimeKind, Picoseconds> = { compute: 0, wait: 0, software: 0 };
  private readonly sim: Simulation;
  private readonly options: RecorderOptions;
  private tokenStart: Picoseconds = 0;
  private measuring = false;

  constructor(sim: Simulation, options: RecorderOptions) {
    this.sim = sim;
    this.options = options;
    this.tokenTime = new Float64Array(options.generateTokens);
  }

  phase(phase: Phase): void {
    this.phaseStart[phase] = this.sim.now;
    this.options.onPhase(phase);
  }

  tokenBegins(token: number): void {
    const { warmupTokens, timelineTokens } = this.options;
    this.tokenStart = this.sim.now;
    if (token === warmupTokens) {
      this.measuring = true;
      this.windowStart = this.sim.now;
      this.options.onPhase('window');
    }
    this.timeline.recording = token >= warmupTokens && token < warmupTokens + timelineTokens;
  }

  tokenEnds(token: number): void {
    this.tokenTime[token] = this.sim.now - this.tokenStart;
    this.timeline.recording = false;
  }

  spent(kind: TimeKind, name: string, start: Picoseconds, end: Picoseconds): void {
    if (!this.measuring) return;
    this.spentIn[kind] += end - start;
    this.timeline.program(kind, name, start, end);
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

  /** Decode tokens that are measured. */
  get measuredTokens(): number {
    return Math.max(0, this.options.generateTokens - this.options.warmupTokens);
  }
}
