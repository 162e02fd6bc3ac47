/**
 * What an I/O scheduler costs a thread for each command: `locked` of its time under the one lock of the drive's request
 * queue (insertion, dispatch and completion hooks together), `unlocked` without. Threads that find the lock taken burn
 * their cores until their turn, so a drive gets at most 1 / locked commands a second from any number of cores.
 *
 * A request that is submitted alone goes to the drive by a kernel worker (kblockd), bound to the thread's processor and
 * before it in priority: `dispatch` of time for each request. Those of one batch are dispatched by the thread itself
 * (blk_mq_submit_bio and blk_mq_flush_plug_list of Linux block/blk-mq.c).
 *
 * Commands of one request are charged to the lock of the drive that holds its first byte.
 */
import { type HandlerId, type Picoseconds, type Simulation, toSeconds } from '../../sim/index.ts';
import type { DeviceArray } from '../array.ts';
import type { IoThreads } from './io-threads.ts';
import { RequestQueue } from './request-queue.ts';
import type { SpinLock } from './spin-lock.ts';

export interface SchedulerTimes {
  readonly locked: Picoseconds;
  readonly unlocked: Picoseconds;
  readonly dispatch: Picoseconds;
}

export class SchedulerCost {
  readonly #threads: IoThreads;
  readonly #driver: DeviceArray;
  readonly #locks: readonly (SpinLock | undefined)[];
  readonly #times: SchedulerTimes;
  readonly #done: HandlerId;
  /** Per thread: its request, what that costs unlocked (s) and locked (s), the lock it holds or waits for. */
  readonly #request: Int32Array;
  readonly #after: Float64Array;
  readonly #within: Float64Array;
  readonly #drive: Int32Array;
  readonly #granted: HandlerId;
  readonly #unlocked: HandlerId;

  /** @param done called as done(request, thread) when the scheduler has let a request go */
  constructor(
    simulation: Simulation,
    threads: IoThreads,
    driver: DeviceArray,
    times: SchedulerTimes,
    done: HandlerId,
  ) {
    this.#threads = threads;
    this.#driver = driver;
    this.#locks = driver.devices.map((device) => (device instanceof RequestQueue ? device.lock : undefined));
    this.#times = times;
    this.#done = done;
    this.#request = new Int32Array(threads.count);
    this.#after = new Float64Array(threads.count);
    this.#within = new Float64Array(threads.count);
    this.#drive = new Int32Array(threads.count);
    this.#granted = simulation.register((thread) => this.#hold(thread));
    this.#unlocked = simulation.register((request, thread) => {
      this.#locks[this.#drive[thread]]?.release();
      this.#threads.work(thread, this.#after[thread], this.#done, request);
    });
  }

  /** A working thread passes a request of `commands` at `offset` through the scheduler. @param alone by a kernel worker */
  pass(thread: number, request: number, offset: number, commands: number, alone: boolean): void {
    const { locked, unlocked, dispatch } = this.#times;
    const drive = this.#driver.driveAt(offset);
    const lock = this.#locks[drive];
    this.#request[thread] = request;
    this.#drive[thread] = drive;
    this.#within[thread] = toSeconds(locked * commands);
    this.#after[thread] = toSeconds(unlocked * commands + (alone ? dispatch : 0));
    if (locked === 0 || !lock) this.#threads.work(thread, this.#after[thread], this.#done, request);
    else if (lock.acquire(this.#granted, thread)) this.#hold(thread);
    else this.#threads.spin(thread);
  }

  #hold(thread: number): void {
    this.#threads.work(thread, this.#within[thread], this.#unlocked, this.#request[thread]);
  }
}
