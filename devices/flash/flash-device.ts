/**
 * The `flash` fidelity: every NVMe command and every NAND page. A read goes
 *
 *   doorbell, fetch, firmware (nvme/controller) -> mapping -> dies and channels (nand) -> link -> completion
 *
 * and a write doorbell, fetch, firmware -> room in the buffer -> link -> completion, and later the dies (write-path).
 * Only the bytes asked of a page cross its channel and the link; two reads of one page read it twice. Data goes to the
 * host page by page as it leaves the channel, or in TLPs while it leaves it, or when the whole command is in.
 */
import type { HandlerId, Simulation } from '../../sim/index.ts';
import { grown } from '../../sim/slots.ts';
import { type BlockOperation, READ } from '../block-device.ts';
import { Commands } from '../commands.ts';
import type { Drive, DriveOptions } from '../drive.ts';
import { Controller, type ControllerOptions } from '../nvme/controller.ts';
import { NOBODY, TlpLink, type TlpLinkOptions } from '../nvme/tlp-link.ts';
import type { AllocationOrder } from './allocation.ts';
import { DeviceDram, type DeviceDramOptions } from './device-dram.ts';
import { checkGeometry, type FlashGeometry } from './geometry.ts';
import { FlashMapping, type Layout } from './mapping.ts';
import { MappingCache, type MappingCacheOptions } from './mapping-cache.ts';
import { Nand } from './nand.ts';
import { type StationTotals, stationTotals } from './stations.ts';
import type { ChannelTiming, DieParallelism, NandTiming, ProgramTiming } from './timing.ts';
import { type WriteOptions, WritePath } from './write-path.ts';

export const HOST_TRANSFERS = ['per-page', 'per-tlp', 'per-request'] as const;
/** When data read from the flash goes to the host. */
export type HostTransfer = (typeof HOST_TRANSFERS)[number];

export interface FlashDeviceOptions extends DriveOptions {
  readonly geometry: FlashGeometry;
  readonly nand: NandTiming;
  readonly channel: ChannelTiming;
  /** Writes; absent: a write ends when its data is in the device, and is not programmed. */
  readonly write?: WriteOptions & ProgramTiming;
  /** Default die. */
  readonly dieParallelism?: DieParallelism;
  /** Default per-page. */
  readonly hostTransfer?: HostTransfer;
  readonly allocation: { readonly order: AllocationOrder; readonly layout: Layout };
  /** Absent: the whole mapping table is at hand. */
  readonly mappingCache?: MappingCacheOptions;
  /** Absent: data passes at once. */
  readonly dram?: DeviceDramOptions;
  readonly controller: ControllerOptions;
  readonly link: TlpLinkOptions;
}

export class FlashDevice implements Drive {
  readonly name: string;
  readonly fidelity = 'flash';
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  readonly #commands: Commands;
  readonly #controller: Controller;
  readonly #mapping: FlashMapping;
  readonly #nand: Nand;
  readonly #writes: WritePath | undefined;
  readonly #cache: MappingCache | undefined;
  readonly #dram: DeviceDram | undefined;
  readonly #sim: Simulation;
  readonly #acknowledgeTime: number;
  readonly #requestTime: number;
  readonly #hostReadTime: number;
  readonly #upstream: TlpLink;
  readonly #downstream: TlpLink;
  readonly #pageBytes: number;
  readonly #targetKind: 'plane' | 'die' | 'chip';
  readonly #channels: number;
  readonly #wholeRequests: boolean;
  readonly #completionTime: number;
  /** Bytes of a read that have not crossed a channel yet. */
  #left = new Float64Array(64);
  /** Bytes of the mapping table that a read waits for. */
  #segments = new Int32Array(64);
  readonly #finished: HandlerId;
  readonly #staged: HandlerId;
  readonly #asked: HandlerId;
  readonly #sent: HandlerId;
  readonly #received: HandlerId;
  readonly #acknowledged: HandlerId;

  constructor(sim: Simulation, options: FlashDeviceOptions) {
    const { name, capacity, blockSize = 512, maxTransfer = Infinity, queues = 128, geometry } = options;
    const { hostTransfer = 'per-page', dieParallelism = 'die', allocation, controller } = options;
    checkGeometry(name, geometry, capacity);
    this.name = name;
    this.capacity = capacity;
    this.blockSize = blockSize;
    this.maxTransfer = maxTransfer;
    this.queues = queues;
    this.#commands = new Commands(sim, this);
    this.#upstream = new TlpLink(sim, options.link, options.readPath);
    this.#downstream = new TlpLink(sim, options.link, options.writePath);
    this.#sim = sim;
    const ready = sim.register((command) => this.#start(command));
    this.#controller = new Controller(
      sim,
      this.#commands,
      queues,
      controller,
      this.#upstream,
      this.#downstream,
      ready,
    );
    this.#mapping = new FlashMapping(geometry, allocation.order, allocation.layout);
    const moved = sim.register((command, bytes) => this.#onMoved(command, bytes));
    const pieceBytes = hostTransfer === 'per-tlp' ? options.link.payload : undefined;
    const written = sim.register((tag) => this.#writes?.written(tag));
    const nandOptions = { ...options, dieParallelism, pieceBytes, program: options.write };
    this.#nand = new Nand(sim, nandOptions, moved, written);
    const admitted = sim.register((command) => this.#fetchData(command));
    const bytesOf = (command: number) => this.#commands.bytesOf(command);
    if (options.write) {
      this.#writes = new WritePath(sim, options.write, geometry, capacity, this.#nand, bytesOf, admitted);
    }
    this.#acknowledgeTime = options.write?.acknowledgeTime ?? 0;
    this.#requestTime = this.#upstream.messageTime(controller.messages.fetchRequest);
    this.#hostReadTime = controller.hostReadTime ?? 0;
    if (options.mappingCache) this.#cache = new MappingCache(options.mappingCache, capacity);
    if (options.dram) this.#dram = new DeviceDram(options.dram);
    this.#staged = sim.register((command, bytes) => this.#toHost(command, bytes));
    this.#pageBytes = geometry.pageBytes;
    this.#targetKind = dieParallelism;
    this.#channels = geometry.channels;
    this.#wholeRequests = hostTransfer === 'per-request';
    const { completionEntry, interrupt } = controller.messages;
    this.#completionTime =
      this.#upstream.messageTime(completionEntry) + this.#upstream.messageTime(interrupt);
    this.#finished = sim.register((command) => this.#finish(command));
    this.#asked = sim.register((command) => sim.after(this.#hostReadTime, this.#sent, command));
    this.#sent = sim.register((command) =>
      this.#downstream.send(this.#commands.bytesOf(command), 0, this.#received, command),
    );
    this.#received = sim.register((command) => this.#onReceived(command));
    this.#acknowledged = sim.register((command) =>
      this.#upstream.send(0, this.#completionTime, this.#finished, command),
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
      mappingCache: this.#cache,
      dram: this.#dram,
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
    const command = this.#commands.start(operation, offset, bytes, queue, done, tag);
    if (command >= this.#left.length) {
      this.#left = grown(this.#left, 2 * this.#left.length);
      this.#segments = grown(this.#segments, 2 * this.#segments.length);
    }
    this.#controller.submit(command);
  }

  /** The firmware has dealt with a command. */
  #start(command: number): void {
    if (this.#commands.operationOf(command) === READ) this.#lookUp(command);
    else if (this.#writes) this.#writes.submit(command);
    else this.#fetchData(command);
  }

  /** Reads the segments of the mapping table that are absent, then the data. */
  #lookUp(command: number): void {
    const cache = this.#cache;
    if (cache) {
      const offset = this.#commands.offsetOf(command);
      const last = cache.firstSegment(offset + this.#commands.bytesOf(command) - 1);
      this.#segments[command] = 0;
      for (let segment = cache.firstSegment(offset); segment <= last; segment++) {
        if (!cache.access(segment)) this.#readSegment(command, segment, cache.segmentBytes);
      }
      if (this.#segments[command] > 0) return;
    }
    this.#read(command);
  }

  /** Segments lie round the planes; a read's number below those of copies says which command waits for it. */
  #readSegment(command: number, segment: number, bytes: number): void {
    const nand = this.#nand;
    this.#mapping.locate(segment);
    this.#segments[command] += bytes;
    nand.read(-1 - nand.targets - command, this.#mapping.plane, this.#mapping.page, bytes);
    nand.kick(nand.channelOf(this.#mapping.plane));
  }

  /** Reads a write's data from the host. */
  #fetchData(command: number): void {
    this.#upstream.send(0, this.#requestTime, this.#asked, command);
  }

  #onReceived(command: number): void {
    this.#sim.after(this.#acknowledgeTime, this.#acknowledged, command);
    this.#writes?.received(this.#commands.bytesOf(command));
  }

  /** Gives the pages of a read to their planes. */
  #read(command: number): void {
    const pageBytes = this.#pageBytes;
    const mapping = this.#mapping;
    const nand = this.#nand;
    const bytes = this.#commands.bytesOf(command);
    let from = this.#commands.offsetOf(command);
    const end = from + bytes;
    this.#left[command] = bytes;
    let lpa = Math.floor(from / pageBytes);
    const first = lpa;
    for (; from < end; lpa++) {
      const to = Math.min(end, (lpa + 1) * pageBytes);
      mapping.locate(lpa);
      nand.read(command, mapping.plane, mapping.page, to - from);
      from = to;
    }
    if (lpa - first === 1) nand.kick(nand.channelOf(mapping.plane));
    else for (let channel = 0; channel < this.#channels; channel++) nand.kick(channel);
  }

  /** Bytes have crossed a channel: of a command, or (below 0) of a copy or a mapping segment. */
  #onMoved(command: number, bytes: number): void {
    if (command >= 0) {
      if (this.#dram) this.#sim.at(this.#dram.pass(this.#sim.now, bytes), this.#staged, command, bytes);
      else this.#toHost(command, bytes);
      return;
    }
    const { targets } = this.#nand;
    if (command >= -targets) {
      this.#writes?.copied(command, bytes);
      return;
    }
    const waiting = -1 - targets - command;
    this.#segments[waiting] -= bytes;
    if (this.#segments[waiting] === 0) this.#read(waiting);
  }

  #toHost(command: number, bytes: number): void {
    this.#left[command] -= bytes;
    const last = this.#left[command] === 0;
    if (!this.#wholeRequests) {
      this.#upstream.send(bytes, last ? this.#completionTime : 0, last ? this.#finished : NOBODY, command);
    } else if (last) {
      const whole = this.#commands.bytesOf(command);
      this.#upstream.send(whole, this.#completionTime, this.#finished, command);
    }
  }

  #finish(command: number): void {
    this.#controller.complete(command);
    this.#commands.finish(command);
  }
}
