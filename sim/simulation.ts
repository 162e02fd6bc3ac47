/**
 * The simulation: the clock, the table of handlers, the event loop, and the audits at the end.
 *
 * A continuation is always (handler id, a, b): a function registered once and two 32-bit integers, so that an event
 * allocates nothing. Events at equal times fire in the order in which they were scheduled.
 */
import { EventQueue } from './event-queue.ts';
import { type Process, Processes, type Wait } from './process.ts';
import { type Random, RandomStreams } from './random.ts';
import { EXACT_LIMIT, type Picoseconds } from './time.ts';

export type Handler = (a: number, b: number) => void;
export type HandlerId = number;
export type EventId = number;

export class Simulation {
  /** The present instant. */
  now: Picoseconds = 0;
  private readonly queue = new EventQueue();
  private readonly handlers: Handler[] = [];
  private readonly audits: (() => void)[] = [];
  private readonly streams: RandomStreams;
  private readonly processes: Processes;
  private running = false;

  constructor(options: { seed: string }) {
    this.streams = new RandomStreams(options.seed);
    this.processes = new Processes(this);
  }

  /** Events scheduled, neither fired nor cancelled. */
  get pending(): number {
    return this.queue.pending;
  }

  /** True once time has passed 2^53 ps (2.5 hours): instants are then rounded to 2 ps or more, and results say so. */
  get beyondExact(): boolean {
    return this.now > EXACT_LIMIT;
  }

  /** Adds a handler to the table; once per component, at construction. */
  register(handler: Handler): HandlerId {
    return this.handlers.push(handler) - 1;
  }

  /**
   * Schedules handler(a, b) at an instant; a and b are 32-bit integers.
   * @throws if the instant lies in the past or is not a whole number of ps
   */
  at(time: Picoseconds, handler: HandlerId, a = 0, b = 0): EventId {
    this.check(time);
    const { queue } = this;
    queue.time = time;
    return queue.idOf(queue.insert(handler, a, b));
  }

  /** Schedules handler(a, b) after a delay from now; errors as `at`. */
  after(delay: Picoseconds, handler: HandlerId, a = 0, b = 0): EventId {
    return this.at(this.now + delay, handler, a, b);
  }

  /** The place among equal times that an event scheduled now would have; for components that keep their own queue. */
  reserveOrder(): number {
    return this.queue.reserveOrder();
  }

  /** As `at`, at a place reserved earlier. */
  atReserved(time: Picoseconds, order: number, handler: HandlerId, a = 0, b = 0): EventId {
    this.check(time);
    const { queue } = this;
    queue.time = time;
    return queue.idOf(queue.insertInOrder(order, handler, a, b));
  }

  /** Calls a handler now, through the table. */
  call(handler: HandlerId, a: number, b: number): void {
    this.handlers[handler](a, b);
  }

  /** Takes an event back; false if it has fired or was cancelled already. */
  cancel(event: EventId): boolean {
    return this.queue.cancel(event);
  }

  /** Fires events until none is left, or all that are due by `until` (included), where the clock then stands. */
  run(until: Picoseconds = Infinity): void {
    if (this.running) throw new Error(`run() called from inside a handler, at ${this.now} ps`);
    this.running = true;
    try {
      const { queue, handlers } = this;
      while (queue.next(until)) {
        this.now = queue.time;
        handlers[queue.handler](queue.a, queue.b);
      }
    } finally {
      this.running = false;
    }
    if (until !== Infinity && until > this.now) this.now = until;
  }

  /** A random stream of this path, derived from the seed; see random. */
  random(path: string): Random {
    return this.streams.at(path);
  }

  /** Starts a process within this instant; see process. */
  spawn(body: Generator<Wait, void, void>): Process {
    return this.processes.spawn(body);
  }

  /** What a process yields to wait for a time. */
  delay(time: Picoseconds): Wait {
    return (done, a, b) => {
      this.after(time, done, a, b);
    };
  }

  /** Adds a check that `finish` makes; it throws ConservationError. */
  audit(check: () => void): void {
    this.audits.push(check);
  }

  /** Makes every check: conservation and Little's law at each station. Call it at the end of each run. */
  finish(): void {
    for (const check of this.audits) check();
  }

  private check(time: Picoseconds): void {
    if (time >= this.now && time < Infinity && Math.floor(time) === time) return;
    if (time < this.now)
      throw new Error(`event scheduled in the past: at ${time} ps, but it is ${this.now} ps now`);
    throw new Error(
      `event scheduled at ${time} ps, at ${this.now} ps: instants are finite whole picoseconds`,
    );
  }
}
