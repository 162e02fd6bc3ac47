/** A striped array that keeps what the program asks of it: each request, before the driver cuts it, and when it was complete. */
import { type BlockOperation, DeviceArray, type DeviceArrayOptions } from '../../devices/index.ts';
import type { HandlerId, Simulation } from '../../sim/index.ts';
import { BlockTrace } from '../../workloads/traces/index.ts';

export class RecordedArray extends DeviceArray {
  readonly trace = new BlockTrace();
  readonly #sim: Simulation;
  readonly #device: number;
  readonly #source: number;
  readonly #done: HandlerId[] = [];
  readonly #tag: number[] = [];
  readonly #completed: HandlerId;

  constructor(sim: Simulation, options: DeviceArrayOptions) {
    super(sim, options);
    this.#sim = sim;
    this.#device = this.trace.devices.indexOf(options.name);
    this.#source = this.trace.sources.indexOf('nvmoe');
    this.#completed = sim.register((row) => this.#onCompleted(row));
  }

  override submit(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): void {
    const { now } = this.#sim;
    const row = this.trace.add(
      now,
      Number.NaN,
      this.#device,
      offset,
      bytes,
      operation,
      queue,
      -1,
      this.#source,
    );
    this.#done[row] = done;
    this.#tag[row] = tag;
    super.submit(operation, offset, bytes, queue, this.#completed, row);
  }

  #onCompleted(row: number): void {
    this.trace.setComplete(row, this.#sim.now);
    this.#sim.call(this.#done[row], this.#tag[row], 0);
  }
}
