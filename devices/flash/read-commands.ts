/**
 * Read commands: the oldest read of a target fixes the die and the page offset; the oldest reads of the die's other planes
 * at that offset join it, as one multi-plane read. The command takes the channel, then the array works for tR, that of
 * the page type and of the most bytes wanted of a page. It may suspend a program or an erase.
 */
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import type { NandOptions } from './nand.ts';
import type { NandActivity } from './nand-activity.ts';
import { READ_PAGES } from './operations.ts';
import { ReadTime } from './read-time.ts';
import type { TargetWrites } from './target-writes.ts';
import type { Targets } from './targets.ts';

const NONE = -1;

export class ReadCommands {
  readonly #sim: Simulation;
  readonly #options: NandOptions;
  readonly #targets: Targets;
  readonly #writes: TargetWrites;
  readonly #activity: NandActivity;
  readonly #readTime: ReadTime;
  readonly #planes: number;
  readonly #joins: boolean;
  /** Whether the channel is free during planeBusy. */
  readonly #inTurn: boolean;
  readonly #commandSent: HandlerId;
  readonly #arrayDone: HandlerId;

  /**
   * @param commandSent called as commandSent(channel, 0) when the channel is free again
   * @param arrayDone called with the operation when its array time is over
   */
  constructor(
    sim: Simulation,
    options: NandOptions,
    targets: Targets,
    writes: TargetWrites,
    activity: NandActivity,
    commandSent: HandlerId,
    arrayDone: HandlerId,
  ) {
    const { name, geometry, nand, channel, dieParallelism } = options;
    this.#sim = sim;
    this.#options = options;
    this.#targets = targets;
    this.#writes = writes;
    this.#activity = activity;
    this.#readTime = new ReadTime(nand, sim.random(`${name}/read-retry`));
    this.#planes = geometry.planes;
    this.#joins = (nand.multiPlane ?? true) && dieParallelism !== 'plane' && geometry.planes > 1;
    this.#inTurn = (channel.priority ?? 'interleave') === 'interleave';
    this.#commandSent = commandSent;
    this.#arrayDone = arrayDone;
  }

  /** Starts the oldest read of a target, on its channel, which is free. */
  issue(channel: number, target: number): void {
    const { base, perPlane, planeBusy } = this.#options.channel;
    const targets = this.#targets;
    this.#writes.overtake(target);
    const suspension = targets.arrayIsFree(target) ? 0 : this.#writes.suspend(target);
    const operation = targets.readPlace(target);
    const readTime = this.#gather(target, operation);
    const planes = targets.operations.count[operation];
    const busy = (planes - 1) * planeBusy;
    const command = base + planes * perPlane;
    const held = this.#inTurn ? command : command + busy;
    targets.begin(target, operation);
    this.#activity.command(channel, held);
    this.#activity.array(target, suspension + readTime);
    this.#sim.after(held, this.#commandSent, channel);
    const time = command + busy + suspension + readTime + (this.#options.nand.readyTime ?? 0);
    this.#sim.after(time, this.#arrayDone, operation);
  }

  /** Takes the oldest read of the target and those that can join it into `operation`. @returns the array's time */
  #gather(target: number, operation: number): Picoseconds {
    const { pages, operations } = this.#targets;
    const first = pages.first(target);
    const plane = pages.planeOf(first);
    const page = pages.pageOf(first);
    let bytes = pages.bytesOf(first);
    this.#activity.pageStarts(target, pages.timeOf(first));
    operations.begin(operation, READ_PAGES);
    pages.remove(target, first);
    operations.add(operation, first);
    if (this.#joins) {
      const die = plane - (plane % this.#planes);
      for (let other = die; other < die + this.#planes; other++) {
        const read = other === plane ? NONE : pages.find(other, page);
        if (read === NONE) continue;
        pages.remove(target, read);
        this.#activity.pageStarts(target, pages.timeOf(read));
        operations.add(operation, read);
        operations.sortLast(operation, pages);
        if (pages.bytesOf(read) > bytes) bytes = pages.bytesOf(read);
      }
    }
    return this.#readTime.draw(page, bytes);
  }
}
