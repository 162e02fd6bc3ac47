/**
 * Which rows the program's next pass over the layers processes. A pass reads its weights once for all of its rows, so its
 * experts are the union of those that its rows chose.
 *
 * - A batch: all requests are there from the start; their prompts are processed first, then one step of each a pass.
 * - Continuous batching (Orca, OSDI '22): requests arrive; at each pass every running one takes a step, and the prompts of
 *   those just admitted are processed beside them (llama.cpp's server fills its batch in this order). At most `maxBatch`
 *   run at a time, the others wait in order of arrival.
 *
 * A pass takes at most `chunk` rows of prompts (chunked prefill: Sarathi-Serve, OSDI '24).
 */
import type { Picoseconds } from '../../sim/index.ts';
import { type Request, tokensOf } from './requests.ts';

/** Rows of one request in a pass. */
export interface Rows {
  readonly request: number;
  /** Its first row's token in the run's routing; the others follow it there. */
  readonly from: number;
  readonly count: number;
  /** Tokens in the request's KV cache with these rows. */
  readonly context: number;
  readonly prompt: boolean;
  /** Rows that need the head: all of a step, the last one of a prompt. */
  readonly heads: number;
  /** Tokens that the pass gives to the request. */
  readonly gives: number;
}

export interface Pass {
  readonly groups: readonly Rows[];
  /** Sums over the groups. */
  readonly rows: number;
  readonly heads: number;
  readonly gives: number;
  /** Has rows of generated tokens. */
  readonly decodes: boolean;
  /** The warm-up is over. */
  readonly warm: boolean;
}

/** Tokens that are drafted one after the other before the pass, for all its requests together. */
export const draftsOf = ({ groups }: Pass): number =>
  groups.reduce((most, { prompt, count }) => Math.max(most, prompt ? 0 : count - 1), 0);

export interface SchedulerOptions {
  /** In order of arrival. */
  readonly requests: readonly Request[];
  /** Tokens of context before each prompt. */
  readonly contextTokens: number;
  /** Requests that run at a time at most. */
  readonly maxBatch: number;
  /** Prompt rows of one pass at most. */
  readonly chunk: number;
  /**
   * Prompts are processed beside generated tokens, and give the first token; else before them, and `steps` gives all that
   * is counted.
   */
  readonly continuous: boolean;
  /** The warm-up: tokens that each running request has been given, and requests that are complete. */
  readonly warmupTokens: number;
  readonly warmupRequests: number;
}

export class Scheduler {
  /** By request, since the program is ready, ps: when it was admitted, had its first token, and its last. */
  readonly started: Float64Array;
  readonly firstToken: Float64Array;
  readonly finished: Float64Array;
  finishedRequests = 0;
  private readonly options: SchedulerOptions;
  private admitted = 0;
  private running: number[] = [];
  /** By request: rows processed, and of these of the prompt; steps done; tokens given by them. */
  private readonly rows: Uint32Array;
  private readonly promptRows: Uint32Array;
  private readonly steps: Uint32Array;
  private readonly given: Uint32Array;

  constructor(options: SchedulerOptions) {
    this.options = options;
    const { length } = options.requests;
    this.started = new Float64Array(length);
    this.firstToken = new Float64Array(length);
    this.finished = new Float64Array(length);
    this.rows = new Uint32Array(length);
    this.promptRows = new Uint32Array(length);
    this.steps = new Uint32Array(length);
    this.given = new Uint32Array(length);
  }

  /** When the next request arrives; Infinity when none does. */
  get nextArrival(): Picoseconds {
    return this.options.requests[this.admitted]?.arrival ?? Number.POSITIVE_INFINITY;
  }

  /** The pass that begins now, or undefined when there is nothing to process. */
  next(now: Picoseconds): Pass | undefined {
    const { requests, maxBatch, continuous } = this.options;
    while (
      this.running.length < maxBatch &&
      this.admitted < requests.length &&
      requests[this.admitted].arrival <= now
    ) {
      this.started[this.admitted] = now;
      this.running.push(this.admitted++);
    }
    if (this.running.length === 0) return undefined;
    const reading = this.running.filter((r) => this.promptRows[r] < requests[r].prompt);
    const groups: Rows[] = [];
    if (continuous || reading.length === 0)
      for (const r of this.running) if (!reading.includes(r)) groups.push(this.stepRows(r));
    const decodes = groups.length > 0;
    let room = this.options.chunk;
    for (const r of reading) {
      if (room === 0) break;
      groups.push(this.promptChunk(r, room));
      room -= groups[groups.length - 1].count;
    }
    const sum = (of: (group: Rows) => number) => groups.reduce((total, group) => total + of(group), 0);
    return {
      groups,
      rows: sum((group) => group.count),
      heads: sum((group) => group.heads),
      gives: sum((group) => group.gives),
      decodes,
      warm: (continuous || decodes) && this.isWarm(),
    };
  }

  /** The pass has ended. */
  completed(pass: Pass, now: Picoseconds): void {
    for (const { request, count, prompt, gives } of pass.groups) {
      this.rows[request] += count;
      if (prompt) this.promptRows[request] += count;
      else this.steps[request]++;
      if (this.given[request] === 0 && gives > 0) this.firstToken[request] = now;
      this.given[request] += gives;
      const { prompt: promptTokens, steps } = this.options.requests[request];
      if (this.promptRows[request] < promptTokens || this.steps[request] < steps.length) continue;
      this.finished[request] = now;
      this.finishedRequests++;
    }
    this.running = this.running.filter((r) => !this.isFinished(r));
  }

  isFinished(request: number): boolean {
    const { prompt, steps } = this.options.requests[request];
    return this.promptRows[request] === prompt && this.steps[request] === steps.length;
  }

  /** Tokens that a request will be given. */
  tokensOf(request: Request): number {
    return this.givenByPrompt(request) + tokensOf(request.steps);
  }

  /** Tokens that a request has been given. */
  givenTo(request: number): number {
    return this.given[request];
  }

  private isWarm(): boolean {
    const { warmupTokens, warmupRequests } = this.options;
    return (
      this.finishedRequests >= warmupRequests && this.running.every((r) => this.given[r] >= warmupTokens)
    );
  }

  private stepRows(request: number): Rows {
    const { first, prompt, steps } = this.options.requests[request];
    const { rows, gives } = steps[this.steps[request]];
    const before = this.options.contextTokens + prompt + this.given[request] - this.promptGives(request);
    return {
      request,
      from: first + this.rows[request],
      count: rows,
      context: before + rows,
      prompt: false,
      heads: rows,
      gives,
    };
  }

  private promptChunk(request: number, room: number): Rows {
    const { first, prompt } = this.options.requests[request];
    const done = this.promptRows[request];
    const count = Math.min(room, prompt - done);
    const last = done + count === prompt;
    return {
      request,
      from: first + done,
      count,
      context: this.options.contextTokens + done + count,
      prompt: true,
      heads: last ? 1 : 0,
      gives: last ? this.promptGives(request) : 0,
    };
  }

  private promptGives(request: number): number {
    return this.givenByPrompt(this.options.requests[request]);
  }

  /** Counted tokens that the end of the prompt gives. */
  private givenByPrompt({ prompt }: Request): number {
    return this.options.continuous && prompt > 0 ? 1 : 0;
  }
}

/** The passes of requests that are all there, in order: they do not depend on how long each takes. */
export function* passesOf(options: SchedulerOptions): Generator<Pass, void, void> {
  const scheduler = new Scheduler(options);
  for (let pass = scheduler.next(Infinity); pass; pass = scheduler.next(Infinity)) {
    yield pass;
    scheduler.completed(pass, 0);
  }
}
