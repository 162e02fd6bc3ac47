/**
 * Reads: the segments of the mapping table that are absent are read first, then each page of the data; pages go through the
 * drive's DRAM to the host, as they leave their channel or all together. Only the bytes asked of a page cross its channel
 * and the link; two reads of one page read it twice.
 */

import { grown } from '../../sim/grown.ts';
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import type { Commands } from '../commands.ts';
import { NOBODY, type TlpLink } from '../nvme/tlp-link.ts';
import { DeviceDram } from './device-dram.ts';
import type { FlashDeviceOptions } from './flash-device-options.ts';
import { FlashMapping } from './mapping.ts';
import { MappingCache } from './mapping-cache.ts';
import type { Nand } from './nand.ts';

export class ReadPath {
  readonly mappingCache: MappingCache | undefined;
  readonly dram: DeviceDram | undefined;
  readonly #sim: Simulation;
  readonly #commands: Commands;
  readonly #nand: Nand;
  readonly #mapping: FlashMapping;
  readonly #upstream: TlpLink;
  readonly #pageBytes: number;
  readonly #channels: number;
  readonly #wholeRequests: boolean;
  readonly #completionTime: Picoseconds;
  /** Bytes of a read that have not crossed a channel yet. */
  #left = new Float64Array(64);
  /** Bytes of the mapping table that a read waits for. */
  #segments = new Int32Array(64);
  readonly #staged: HandlerId;
  readonly #finished: HandlerId;

  /**
   * @param upstream drive to host
   * @param completionTime of the messages behind the last data
   * @param finished called as finished(command, 0) when the completion is with the host
   */
  constructor(
    sim: Simulation,
    options: FlashDeviceOptions,
    commands: Commands,
    nand: Nand,
    upstream: TlpLink,
    completionTime: Picoseconds,
    finished: HandlerId,
  ) {
    const { geometry, allocation, mappingCache, dram, capacity, hostTransfer } = options;
    this.#sim = sim;
    this.#commands = commands;
    this.#nand = nand;
    this.#mapping = new FlashMapping(geometry, allocation.order, allocation.layout);
    this.#upstream = upstream;
    this.#pageBytes = geometry.pageBytes;
    this.#channels = geometry.channels;
    this.#wholeRequests = hostTransfer === 'per-request';
    this.#completionTime = completionTime;
    this.#finished = finished;
    if (mappingCache) this.mappingCache = new MappingCache(mappingCache, capacity);
    if (dram) this.dram = new DeviceDram(dram);
    this.#staged = sim.register((command, bytes) => this.#toHost(command, bytes));
  }

  /** The firmware has dealt with a read. */
  submit(command: number): void {
    if (command >= this.#left.length) this.#grow(command);
    const cache = this.mappingCache;
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

  /** Bytes have crossed a channel: of a command, or (below 0) of a mapping segment. */
  moved(command: number, bytes: number): void {
    if (command < 0) this.#segmentMoved(-1 - this.#nand.targets - command, bytes);
    else if (this.dram) this.#sim.at(this.dram.pass(this.#sim.now, bytes), this.#staged, command, bytes);
    else this.#toHost(command, bytes);
  }

  #segmentMoved(command: number, bytes: number): void {
    this.#segments[command] -= bytes;
    if (this.#segments[command] === 0) this.#read(command);
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

  #grow(command: number): void {
    let { length } = this.#left;
    while (length <= command) length *= 2;
    this.#left = grown(this.#left, length);
    this.#segments = grown(this.#segments, length);
  }
}
