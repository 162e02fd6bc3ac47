/**
 * A request's way from the thread that submits it to the driver: through the drives' I/O scheduler, if there is one
 * (scheduler-cost.ts), and with the others of its batch (plug.ts). Each thread has a hardware queue of its own while there
 * are enough.
 */
import type { HandlerId, Simulation } from '../../sim/index.ts';
import type { DeviceArray } from '../array.ts';
import { READ } from '../block-device.ts';
import type { IoThreads } from './io-threads.ts';
import { Plug } from './plug.ts';
import type { Requests } from './requests.ts';
import { SchedulerCost, type SchedulerTimes } from './scheduler-cost.ts';

interface BlockLayerOptions {
  readonly driver: DeviceArray;
  readonly requests: Requests;
  readonly threads: IoThreads;
  readonly firstQueue: number;
  readonly batch: number;
  readonly merges: boolean;
  readonly scheduler?: SchedulerTimes;
  /** Called when the thread may go on: as entered(thread). */
  readonly entered: (thread: number) => void;
  /** Called at completion with the first of the requests that are one command: as completed(request, 0). */
  readonly completed: HandlerId;
}

export class BlockLayer {
  readonly #options: BlockLayerOptions;
  readonly #plugs: readonly Plug[];
  readonly #scheduler: SchedulerCost | undefined;

  constructor(simulation: Simulation, options: BlockLayerOptions) {
    const { driver, requests, threads, batch, merges, scheduler } = options;
    const issue = (request: number, bytes: number) => this.#issue(request, bytes);
    const plug = () => new Plug({ driver, requests, batch, merges, issue });
    const passed = simulation.register((request, thread) => this.#gather(thread, request));
    this.#options = options;
    this.#plugs = Array.from({ length: threads.count }, plug);
    this.#scheduler = scheduler && new SchedulerCost(simulation, threads, driver, scheduler, passed);
  }

  /** A working thread submits a request. */
  enter(thread: number, request: number): void {
    const { requests, batch } = this.#options;
    if (!this.#scheduler) this.#gather(thread, request);
    else
      this.#scheduler.pass(
        thread,
        request,
        requests.offsetOf(request),
        requests.commandsOf(request),
        batch === 1,
      );
  }

  /** A thread has nothing more to submit. */
  flush(thread: number): void {
    this.#plugs[thread].flush();
  }

  #gather(thread: number, request: number): void {
    this.#plugs[thread].add(request);
    this.#options.entered(thread);
  }

  #issue(request: number, bytes: number): void {
    const { driver, requests, firstQueue, completed } = this.#options;
    const queue = (firstQueue + requests.threadOf(request)) % driver.queues;
    driver.submit(READ, requests.offsetOf(request), bytes, queue, completed, request);
  }
}
