/**
 * Spans of a few tokens, for the timeline of the report: what the program computed, what it waited for, and each
 * object's read from issue to landing. Lanes: 0 the program; reads take the lowest lane that is free.
 */
import type { Picoseconds } from '../../sim/index.ts';

export type SpanKind = 'compute' | 'wait' | 'read' | 'prefetch' | 'software';

export interface Span {
  readonly lane: number;
  readonly kind: SpanKind;
  readonly name: string;
  readonly start: Picoseconds;
  readonly end: Picoseconds;
}

/** Enough for two tokens of a large model; what goes beyond is counted, not kept. */
const LIMIT = 6000;

export class Timeline {
  readonly spans: Span[] = [];
  dropped = 0;
  recording = false;
  private readonly laneFreeAt: Picoseconds[] = [];

  program(kind: SpanKind, name: string, start: Picoseconds, end: Picoseconds): void {
    if (this.recording && end > start) this.keep({ lane: 0, kind, name, start, end });
  }

  read(kind: 'read' | 'prefetch', name: string, start: Picoseconds, end: Picoseconds): void {
    if (!this.recording) return;
    let lane = this.laneFreeAt.findIndex((freeAt) => freeAt <= start);
    if (lane < 0) lane = this.laneFreeAt.length;
    this.laneFreeAt[lane] = end;
    this.keep({ lane: lane + 1, kind, name, start, end });
  }

  private keep(span: Span): void {
    if (this.spans.length < LIMIT) this.spans.push(span);
    else this.dropped++;
  }
}
