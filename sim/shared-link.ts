/**
 * A link shared by all who use it at the same time (PCIe uplink, DRAM, cores of a CPU): egalitarian processor sharing
 * with a cap per flow.
 *
 * Who gets what, at every instant: each flow gets min(its cap, λ), with the one λ at which the flows together use the
 * whole rate, or λ = ∞ when all caps together do not reach it. What a capped flow leaves is shared by the others
 * (max-min fairness, found by water-filling: flow-classes).
 * A cap is therefore a limit, never a guarantee; nothing is reserved and there are no weights.
 *
 * Flows of equal cap form a class with one virtual clock (flow-class): a start, stop or finish costs O(log flows +
 * classes). A finish falls on the whole ps nearest to its exact instant and this rounding does not accumulate; a lone
 * flow takes exactly duration(amount, min(cap, rate)). Flows that finish at one instant do so one after the other: of
 * one class in the order of their exact finishes, then of their starts; of different classes in that of their starts.
 */
import { Census, ConservationError } from './conservation.ts';
import { type FlowClass, FlowTable } from './flow-class.ts';
import { FlowClasses } from './flow-classes.ts';
import type { Wait } from './process.ts';
import {
  auditUnits,
  type SharedLinkStatistics,
  type SharedLinkTotals,
  statisticsBetween,
} from './shared-link-statistics.ts';
import type { EventId, HandlerId, Simulation } from './simulation.ts';
import { EXACT_LIMIT, type Picoseconds } from './time.ts';

/** Names a flow under way, for `stop`. */
export type FlowId = number;

const NO_EVENT = 0;

export class SharedLink {
  readonly name: string;
  /** Units per second, over all flows. */
  readonly rate: number;
  private readonly sim: Simulation;
  private readonly expired: HandlerId;
  private readonly census = new Census();
  private readonly table: FlowTable;
  private readonly classes: FlowClasses;
  private event: EventId = NO_EVENT;
  private eventTime: Picoseconds = 0;
  /** ∫ of the rates given dt, units. */
  private carried = 0;
  private since: Picoseconds = 0;
  private busy = 0;
  /** Units by the flows' own account: what the audit compares with `carried`. */
  private received = 0;
  /** Units that rounding finishes to whole ps may have added or dropped. */
  private rounding = 0;

  /**
   * @param rate units/s, above 0; Infinity: no limit but the caps
   * @throws if the rate is not above 0
   */
  constructor(sim: Simulation, { name, rate }: { name: string; rate: number }) {
    if (!(rate > 0)) throw new Error(`${name}: rate is ${rate} units/s; it must be above 0`);
    this.sim = sim;
    this.name = name;
    this.rate = rate;
    this.table = new FlowTable(name);
    this.classes = new FlowClasses(this.table);
    this.expired = sim.register(() => this.expire());
    sim.audit(() => this.audit());
  }

  /** Flows under way. */
  get flows(): number {
    return this.census.present;
  }

  /**
   * Starts a flow now; done(a, b) is called when it has moved its amount.
   * @param amount units, finite, from 0
   * @param cap most that this flow can take, units/s, above 0; Infinity allowed
   * @throws if amount or cap is out of range
   */
  start(amount: number, cap: number, done: HandlerId, a: number, b: number): FlowId {
    if (!(amount >= 0 && amount < Infinity && cap > 0)) refuse(this.name, amount, cap);
    const { table } = this;
    const { now } = this.sim;
    const flow = table.take();
    table.amounts[flow] = amount;
    table.starts[flow] = now;
    table.orders[flow] = this.census.submitted;
    table.continuations[3 * flow] = done;
    table.continuations[3 * flow + 1] = a;
    table.continuations[3 * flow + 2] = b;
    this.account();
    this.census.arrive(now);
    const flowClass = this.classes.of(cap);
    table.classes[flow] = flowClass;
    flowClass.add(now, flow);
    this.plan();
    return table.slots.idOf(flow);
  }

  /** Ends a flow before its time; returns the units it had left, 0 if it has finished or was stopped already. */
  stop(id: FlowId): number {
    const { table } = this;
    const flow = table.slots.slotOf(id);
    if (flow < 0) return 0;
    const { now } = this.sim;
    const amount = table.amounts[flow];
    const left = Math.min(amount, Math.max(0, table.classes[flow].left(now, flow)));
    this.account();
    this.census.cancel(now, table.starts[flow]);
    this.received += amount - left;
    this.roundingOf(table.classes[flow]);
    this.drop(flow);
    this.plan();
    return left;
  }

  /** Units that a flow has left to move; 0 if it has finished or was stopped. */
  left(id: FlowId): number {
    const flow = this.table.slots.slotOf(id);
    return flow < 0 ? 0 : Math.max(0, this.table.classes[flow].left(this.sim.now, flow));
  }

  /** What a process yields to move an amount. */
  transfer(amount: number, cap = Infinity): Wait {
    return (done, a, b) => {
      this.start(amount, cap, done, a, b);
    };
  }

  /** Totals up to now: keep them at the end of a warm-up and hand them to `statistics`. */
  totals(): SharedLinkTotals {
    this.account();
    const { now } = this.sim;
    const { submitted, completed, cancelled } = this.census;
    const flows = this.census.integral(now);
    const carried = this.receivedBy(now);
    return { time: now, started: submitted, completed, stopped: cancelled, carried, busy: this.busy, flows };
  }

  /** What was measured between the instant of `since` (default: the start) and now. */
  statistics(since?: SharedLinkTotals): SharedLinkStatistics {
    return statisticsBetween(this.rate, this.totals(), since);
  }

  /** The first flow due has finished. */
  private expire(): void {
    const { table } = this;
    const { now } = this.sim;
    const { classes } = this;
    const flowClass = classes.next!;
    const flow = flowClass.first;
    this.event = NO_EVENT;
    this.account();
    this.settle(flowClass, flow);
    this.census.complete(now, table.starts[flow]);
    this.drop(flow);
    classes.share(now, this.rate, this.census.present);
    if (classes.due <= now) this.schedule();
    const { continuations } = table;
    this.sim.call(continuations[3 * flow], continuations[3 * flow + 1], continuations[3 * flow + 2]);
    // Only now: what was called has often started a flow that is due earlier.
    if (this.event === NO_EVENT) this.schedule();
  }

  /** Books a finished flow and checks that its clock agrees with its amount. */
  private settle(flowClass: FlowClass, flow: number): void {
    const { now } = this.sim;
    const amount = this.table.amounts[flow];
    const left = flowClass.left(now, flow);
    this.received += amount;
    if (flowClass.rate === Infinity) {
      this.carried += left;
      return;
    }
    const tolerance = this.roundingOf(flowClass);
    if (Math.abs(left) > tolerance + amount * 1e-9) finishedWrong(this.name, amount, left);
  }

  /** The most that a flow of this class moves in one step of the clock; adds it to what the audit allows. */
  private roundingOf({ cap }: FlowClass): number {
    const rate = Math.min(cap, this.rate);
    if (rate === Infinity) return 0;
    const { now } = this.sim;
    const step = now > EXACT_LIMIT ? now * 2 ** -52 : 1;
    this.rounding += (rate * step) / 1e12;
    return (rate * step) / 1e12;
  }

  private drop(flow: number): void {
    const flowClass = this.table.classes[flow];
    flowClass.remove(flow);
    this.table.slots.release(flow);
    if (flowClass.size === 0) this.classes.drop(flowClass);
  }

  /** Shares the rate anew and schedules the next finish. */
  private plan(): void {
    this.classes.share(this.sim.now, this.rate, this.census.present);
    this.schedule();
  }

  private schedule(): void {
    const { classes, sim } = this;
    const due = Math.max(classes.due, sim.now);
    if (this.event !== NO_EVENT) {
      if (due === this.eventTime) return;
      sim.cancel(this.event);
      this.event = NO_EVENT;
    }
    if (classes.next === undefined) return;
    this.eventTime = due;
    this.event = sim.at(due, this.expired);
  }

  /** Brings the integrals up to now. */
  private account(): void {
    const { now } = this.sim;
    const time = now - this.since;
    if (time === 0) return;
    this.since = now;
    if (this.census.present === 0) return;
    this.busy += time;
    this.carried += (this.classes.given * time) / 1e12;
  }

  /** Units by the flows' own account, those under way included. */
  private receivedBy(now: Picoseconds): number {
    let received = this.received;
    this.classes.forEach((flow, flowClass) => {
      received += this.table.amounts[flow] - flowClass.left(now, flow);
    });
    return received;
  }

  private audit(): void {
    const { now } = this.sim;
    this.account();
    let present = 0;
    let spent = 0;
    this.classes.forEach((flow) => {
      present++;
      spent += now - this.table.starts[flow];
    });
    const received = this.receivedBy(now);
    this.census.audit(this.name, now, present, spent);
    const slack = this.rounding + received * 1e-9;
    auditUnits(this.name, this.rate, { received, carried: this.carried, busy: this.busy, slack });
  }
}

function refuse(name: string, amount: number, cap: number): never {
  if (cap > 0) throw new Error(`${name}: flow of ${amount} units; it must be finite, 0 or more`);
  throw new Error(`${name}: cap is ${cap} units/s; it must be above 0`);
}

function finishedWrong(name: string, amount: number, left: number): never {
  throw new ConservationError(`${name}: a flow of ${amount} units finished with ${left} left`);
}
