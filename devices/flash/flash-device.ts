/**
 * The `flash` fidelity: every NVMe command and every NAND page. A read goes
 *
 *   doorbell, fetch, firmware (nvme/controller) -> mapping -> dies and channels (nand) -> link -> completion (read-path)
 *
 * and a write doorbell, fetch, firmware -> room in the buffer (write-path) -> link -> completion (write-transfer), and
 * later the dies. Data goes to the host page by page as it leaves the channel, or in TLPs while it leaves it, or when the
 * whole command is in.
 */
import type { HandlerId, Simulation } from '../../sim/index.ts';
import { type BlockOperation, READ } from '../block-device.ts';
import { Commands } from '../commands.ts';
import type { Drive } from '../drive.ts';
import { Controller } from '../nvme/controller.ts';
import { TlpLink } from '../nvme/tlp-link.ts';
import type { FlashDeviceOptions } from './flash-device-options.ts';
import { checkGeometry } from './geometry.ts';
import { Nand } from './nand.ts';
import { ReadPath } from './read-path.ts';
import { type StationTotals, stationTotals } from './stations.ts';
import { WritePath } from './write-path.ts';
import { WriteTransfer } from './write-transfer.ts';

export class FlashDevice implements Drive {
  readonly name: string;
  readonly fidelity = 'flash';
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  readonly #commands: Commands;
  readonly #controller: Controller;
  readonly #nand: Nand;
  readonly #reads: ReadPath;
  readonly #writes: WritePath | undefined;
  readonly #transfer: WriteTransfer;
  readonly #upstream: TlpLink;
  readonly #downstream: TlpLink;
  readonly #targetKind: 'plane' | 'die' | 'chip';

  constructor(sim: Simulation, options: FlashDeviceOptions) {
    const { name, capacity, blockSize = 512, maxTransfer = Infinity, queues = 128, geometry } = options;
    const { hostTransfer, dieParallelism = 'die', controller, link, write } = options;
    checkGeometry(name, geometry, capacity);
    this.name = name;
    this.capacity = capacity;
    this.blockSize = blockSize;
    this.maxTransfer = maxTransfer;
    this.queues = queues;
    this.#targetKind = dieParallelism;
    const commands = new Commands(sim, this);
    const upstream = new TlpLink(sim, link, options.readPath);
    const downstream = new TlpLink(sim, link, options.writePath);
    this.#commands = commands;
    this.#upstream = upstream;
    this.#downstream = downstream;
    const ready = sim.register((command) => this.#start(command));
    this.#controller = new Controller(sim, commands, queues, controller, upstream, downstream, ready);
    const moved = sim.register((command, bytes) => this.#onMoved(command, bytes));
    const written = sim.register((tag) => this.#writes?.written(tag));
    const pieceBytes = hostTransfer === 'per-tlp' ? link.payload : undefined;
    const nandOptions = { ...options, dieParallelism, pieceBytes, program: write };
    this.#nand = new Nand(sim, nandOptions, moved, written);
    const { completionEntry, interrupt } = controller.messages;
    const completion = upstream.messageTime(completionEntry) + upstream.messageTime(interrupt);
    const finished = sim.register((command) => this.#finish(command));
    this.#reads = new ReadPath(sim, options, commands, this.#nand, upstream, completion, finished);
    const admitted = sim.register((command) => this.#transfer.begin(command));
    const bytesOf = (command: number) => commands.bytesOf(command);
    if (write) this.#writes = new WritePath(sim, write, geometry, capacity, this.#nand, bytesOf, admitted);
    const received = sim.register((command) => this.#writes?.received(bytesOf(command)));
    this.#transfer = new WriteTransfer(
      sim,
      controller,
      write?.acknowledgeTime ?? 0,
      commands,
      upstream,
      downstream,
      completion,
      received,
      finished,
    );
  }

  get statistics() {
    return this.#commands.statistics;
  }

  get busy() {
    const { arrayBusy } = this.#nand.activity;
    const units = arrayBusy.reduce((sum, time) => sum + time, 0) / arrayBusy.length;
    return { read: this.#upstream.busy, write: this.#downstream.busy, units };
  }

  /** Where time went: in the flash, in the firmware, and what writes cost. */
  get activity() {
    return {
      nand: this.#nand.activity,
      firmware: this.#controller.firmware,
      writes: this.#writes,
      mappingCache: this.#reads.mappingCache,
      dram: this.#reads.dram,
    };
  }

  /** The same station by station. */
  get stations(): StationTotals[] {
    const { nand, firmware, dram } = this.activity;
    return stationTotals({
      kind: this.#targetKind,
      nand,
      firmware,
      dram,
      toHost: this.#upstream,
      fromHost: this.#downstream,
    });
  }

  restartStatistics(): void {
    this.#commands.restart();
  }

  submit(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): void {
    this.#controller.submit(this.#commands.start(operation, offset, bytes, queue, done, tag));
  }

  /** The firmware has dealt with a command. */
  #start(command: number): void {
    if (this.#commands.operationOf(command) === READ) this.#reads.submit(command);
    else if (this.#writes) this.#writes.submit(command);
    else this.#transfer.begin(command);
  }

  /** Bytes have crossed a channel: of a read or its mapping segments, or of a copy (-1 - target). */
  #onMoved(command: number, bytes: number): void {
    if (command >= 0 || command < -this.#nand.targets) this.#reads.moved(command, bytes);
    else this.#writes?.copied(command, bytes);
  }

  #finish(command: number): void {
    this.#controller.complete(command);
    this.#commands.finish(command);
  }
}
