/**
 * The way of an NVMe command into the controller: doorbell, fetch of the submission entry (and of the PRP list where the
 * transfer needs one), firmware; and on completion the host's completion queue doorbell.
 *
 *   host -> drive   doorbell, submission entry, PRP list         drive -> host   the requests for them
 *
 * All of them cross the link in turn with data. Source: NVM Express Base Specification 2.0, section 3.3.1.
 */
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import type { Commands } from '../commands.ts';
import { Firmware, type FirmwareOptions } from './firmware.ts';
import { type NvmeMessages, prpListBytes } from './messages.ts';
import { type ArbitrationOptions, QueuePairs } from './queue-pairs.ts';
import { NOBODY, type TlpLink } from './tlp-link.ts';

export interface ControllerOptions {
  readonly firmware: FirmwareOptions;
  readonly messages: NvmeMessages;
  readonly arbitration?: ArbitrationOptions;
  /** Time of a read of host memory besides the link's; default 0. */
  readonly hostReadTime?: Picoseconds;
  /** Transfers of more than two memory pages fetch their PRP list; default true. */
  readonly prpLists?: boolean;
}

const NONE = -1;

export class Controller {
  readonly firmware: Firmware;
  readonly #sim: Simulation;
  readonly #commands: Commands;
  readonly #pairs: QueuePairs;
  readonly #upstream: TlpLink;
  readonly #downstream: TlpLink;
  readonly #doorbellTime: Picoseconds;
  readonly #requestTime: Picoseconds;
  readonly #entryTime: Picoseconds;
  readonly #hostReadTime: Picoseconds;
  readonly #prpLists: boolean;
  readonly #rung: HandlerId;
  readonly #asked: HandlerId;
  readonly #read: HandlerId;
  readonly #fetched: HandlerId;
  readonly #listAsked: HandlerId;
  readonly #listRead: HandlerId;
  readonly #described: HandlerId;
  readonly #ready: HandlerId;

  /**
   * @param commands the drive's
   * @param upstream drive to host
   * @param ready called as ready(command, 0) when the firmware has dealt with a command
   */
  constructor(
    sim: Simulation,
    commands: Commands,
    queues: number,
    options: ControllerOptions,
    upstream: TlpLink,
    downstream: TlpLink,
    ready: HandlerId,
  ) {
    const { messages, firmware, arbitration, hostReadTime = 0, prpLists = true } = options;
    this.#sim = sim;
    this.#commands = commands;
    this.#upstream = upstream;
    this.#downstream = downstream;
    this.#ready = ready;
    this.firmware = new Firmware(sim, firmware);
    this.#pairs = new QueuePairs(queues, arbitration);
    this.#doorbellTime = downstream.messageTime(messages.doorbell);
    this.#requestTime = upstream.messageTime(messages.fetchRequest);
    this.#entryTime = downstream.messageTime(messages.submissionEntry);
    this.#hostReadTime = hostReadTime;
    this.#prpLists = prpLists;
    this.#rung = sim.register((command) => this.#onRung(command));
    this.#asked = sim.register((command) => this.#afterHostRead(this.#read, command));
    this.#read = sim.register((command) => downstream.send(0, this.#entryTime, this.#fetched, command));
    this.#fetched = sim.register((command) => this.#onFetched(command));
    this.#listAsked = sim.register((command) => this.#afterHostRead(this.#listRead, command));
    this.#listRead = sim.register((command) =>
      downstream.send(prpListBytes(commands.bytesOf(command)), 0, this.#described, command),
    );
    this.#described = sim.register((command) => this.#onDescribed(command));
  }

  /** The host has written a command to a submission queue and rings the doorbell now. */
  submit(command: number): void {
    this.#downstream.send(0, this.#doorbellTime, this.#rung, command);
  }

  /** The host has seen the completion: it rings the completion queue's doorbell; the command's slot is free. */
  complete(command: number): void {
    this.#downstream.send(0, this.#doorbellTime, NOBODY, 0);
    this.#pairs.release(this.#commands.queueOf(command));
    this.#fetch();
  }

  #onRung(command: number): void {
    this.#pairs.announce(this.#commands.queueOf(command), command);
    this.#fetch();
  }

  #fetch(): void {
    for (let command = this.#pairs.take(); command !== NONE; command = this.#pairs.take()) {
      this.#upstream.send(0, this.#requestTime, this.#asked, command);
    }
  }

  #afterHostRead(next: HandlerId, command: number): void {
    if (this.#hostReadTime > 0) this.#sim.after(this.#hostReadTime, next, command);
    else this.#sim.call(next, command, 0);
  }

  #onFetched(command: number): void {
    if (this.#prpLists && prpListBytes(this.#commands.bytesOf(command)) > 0) {
      this.#upstream.send(0, this.#requestTime, this.#listAsked, command);
    } else {
      this.#onDescribed(command);
    }
  }

  #onDescribed(command: number): void {
    const commands = this.#commands;
    this.firmware.submit(commands.operationOf(command), commands.bytesOf(command), this.#ready, command);
  }
}
