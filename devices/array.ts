/**
 * A striped array (RAID 0) of NVMe drives, equal or not, and with it the host's block driver: a request of any size is
 * cut at stripe boundaries and at each drive's largest command (MDTS), and completes with its slowest command. An
 * array of one drive is that drive behind its driver.
 *
 * Layout: stripes go round the drives, drive i taking weight[i] stripes a turn. With W = sum of the weights, stripe u
 * of the array is stripe floor(u / W) * weight[i] + (u mod W - first[i]) of drive i. Every drive holds as many turns
 * as the smallest (capacity / weight) allows. Source: Linux drivers/md/raid0.c, for equal weights.
 */
import type { HandlerId, Simulation } from '../sim/index.ts';
import type { BlockDevice, BlockOperation } from './block-device.ts';
import { checkCommand } from './commands.ts';
import { Jobs } from './jobs.ts';

export interface DeviceArrayOptions {
  readonly name: string;
  /** At least one drive. */
  readonly devices: readonly BlockDevice[];
  /** Bytes a drive takes before the next one's turn; Infinity, the default, is allowed for one drive only. */
  readonly stripe?: number;
  /** Stripes that a drive takes a turn, whole numbers from 1; default 1 each. */
  readonly weights?: readonly number[];
}

export class DeviceArray implements BlockDevice {
  readonly name: string;
  readonly fidelity: BlockDevice['fidelity'];
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer = Infinity;
  readonly queues: number;
  readonly devices: readonly BlockDevice[];
  /** Sees every command as it goes to its drive: offset in the array, bytes, drive, offset there. */
  onCommand?: (offset: number, bytes: number, drive: number, driveOffset: number) => void;
  readonly #stripe: number;
  readonly #weights: readonly number[];
  /** Of each stripe in a turn: its drive, and its rank among the drive's stripes of that turn. */
  readonly #driveOf: number[] = [];
  readonly #rankOf: number[] = [];
  readonly #joins: Jobs;
  readonly #joined: HandlerId;

  constructor(simulation: Simulation, options: DeviceArrayOptions) {
    const { name, devices, stripe = Infinity, weights = devices.map(() => 1) } = options;
    this.name = name;
    this.devices = devices;
    this.blockSize = Math.max(...devices.map((device) => device.blockSize));
    checkLayout(options, this.blockSize);
    this.fidelity = devices[0].fidelity;
    this.queues = Math.min(...devices.map((device) => device.queues));
    this.#stripe = stripe;
    this.#weights = weights;
    devices.forEach((_, drive) => {
      for (let rank = 0; rank < weights[drive]; rank++) {
        this.#driveOf.push(drive);
        this.#rankOf.push(rank);
      }
    });
    const turns = Math.min(
      ...devices.map((device, drive) => Math.floor(device.capacity / (stripe * weights[drive]))),
    );
    this.capacity = stripe === Infinity ? devices[0].capacity : turns * this.#driveOf.length * stripe;
    this.#joins = new Jobs(simulation, name);
    this.#joined = simulation.register((join) => this.#joins.endPart(join));
  }

  /** Commands that a request becomes on the drives. */
  commands(offset: number, bytes: number): number {
    let count = 0;
    for (const end = offset + bytes; offset < end; count++) offset += this.#commandBytes(offset, end);
    return count;
  }

  /** As in BlockDevice, with `bytes` of any number of blocks. Throws RangeError for what a device must refuse. */
  submit(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ) {
    checkCommand(this, offset, bytes, queue);
    const end = offset + bytes;
    const first = this.#commandBytes(offset, end);
    if (first === bytes) {
      this.#issue(operation, offset, bytes, queue, done, tag);
      return;
    }
    // One part more than the commands issued so far, so that the request cannot end while it is being cut.
    const join = this.#joins.start(1, done, tag);
    while (offset < end) {
      const length = this.#commandBytes(offset, end);
      this.#joins.addPart(join);
      this.#issue(operation, offset, length, queue, this.#joined, join);
      offset += length;
    }
    this.#joins.endPart(join);
  }

  /** Index of the drive that holds the byte at `offset`. */
  driveAt(offset: number): number {
    return this.#driveOf[Math.floor(offset / this.#stripe) % this.#driveOf.length];
  }

  /** Length of the command that starts at `offset` and must not pass `end`, the stripe or the drive's MDTS. */
  #commandBytes(offset: number, end: number): number {
    const untilStripe = this.#stripe - (offset % this.#stripe);
    return Math.min(end - offset, untilStripe, this.devices[this.driveAt(offset)].maxTransfer);
  }

  #issue(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): void {
    const unit = Math.floor(offset / this.#stripe);
    const place = unit % this.#driveOf.length;
    const turn = Math.floor(unit / this.#driveOf.length);
    const drive = this.#driveOf[place];
    const within = offset % this.#stripe;
    const driveStripe = turn * this.#weights[drive] + this.#rankOf[place];
    const driveOffset = driveStripe === 0 ? within : driveStripe * this.#stripe + within;
    this.onCommand?.(offset, bytes, drive, driveOffset);
    this.devices[drive].submit(operation, driveOffset, bytes, queue, done, tag);
  }
}

function checkLayout(options: DeviceArrayOptions, blockSize: number): void {
  const { name, devices, stripe = Infinity, weights } = options;
  if (devices.length === 0) throw new RangeError(`${name}: an array needs at least one drive`);
  if (stripe === Infinity ? devices.length > 1 : !(stripe > 0 && stripe % blockSize === 0)) {
    throw new RangeError(
      `${name}: stripe of ${stripe} B over ${devices.length} drives; a whole multiple of ${blockSize} B is needed`,
    );
  }
  if (
    weights &&
    (weights.length !== devices.length || !weights.every((w) => Number.isInteger(w) && w >= 1))
  ) {
    throw new RangeError(`${name}: weights [${weights}]; one whole number from 1 for each drive is needed`);
  }
}
