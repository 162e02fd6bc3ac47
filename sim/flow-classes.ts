/**
 * The classes of a shared link's flows, by rising cap, and the division of its rate among them: water-filling.
 *
 * In order of caps, n flows being left to serve and rate R left to give: a class whose cap is at most R/n has its cap;
 * from the first class on whose cap is above it, every flow has R/n (D. Bertsekas and R. Gallager, "Data Networks",
 * 2nd ed., section 6.5.2).
 *
 * The last class stays when its last flow has gone, so that a link of like flows makes and divides nothing anew.
 */
import { FlowClass, type FlowTable } from './flow-class.ts';
import type { Picoseconds } from './time.ts';

export class FlowClasses {
  /** The class whose first flow finishes next, and when, as found by `share`; undefined and Infinity without flows. */
  next: FlowClass | undefined;
  due: Picoseconds = Infinity;
  /** Sum of all rates given, units/s. */
  given = 0;
  private readonly table: FlowTable;
  private readonly byCap: FlowClass[] = [];
  /** Empty classes, for reuse. */
  private readonly spare: FlowClass[] = [];

  constructor(table: FlowTable) {
    this.table = table;
  }

  /** The class of this cap; made, in its place, if there is none. */
  of(cap: number): FlowClass {
    const { byCap } = this;
    if (byCap.length === 1 && (byCap[0].cap === cap || byCap[0].size === 0)) {
      byCap[0].cap = cap;
      return byCap[0];
    }
    let low = 0;
    let high = byCap.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byCap[middle].cap < cap) low = middle + 1;
      else high = middle;
    }
    if (low < byCap.length && byCap[low].cap === cap) return byCap[low];
    const made = this.spare.pop() ?? new FlowClass(this.table);
    made.cap = cap;
    byCap.splice(low, 0, made);
    return made;
  }

  /** Takes an empty class out, unless it is the last. */
  drop(flowClass: FlowClass): void {
    if (this.byCap.length === 1) return;
    this.byCap.splice(this.byCap.indexOf(flowClass), 1);
    this.spare.push(flowClass);
  }

  /** Divides the rate among the flows, from now on, and finds the next to finish: of equal ones the first started. */
  share(now: Picoseconds, rate: number, flows: number): void {
    const { byCap } = this;
    if (byCap.length === 1) {
      this.shareAlike(now, rate, byCap[0]);
      return;
    }
    const { orders } = this.table;
    let fair = Infinity;
    this.next = undefined;
    this.due = Infinity;
    this.given = 0;
    for (let i = 0; i < byCap.length; i++) {
      const flowClass = byCap[i];
      const { cap, size } = flowClass;
      if (fair === Infinity && cap * flows > rate) fair = rate / flows;
      const share = Math.min(cap, fair);
      flowClass.setRate(now, share);
      this.given += share * size;
      rate -= share * size;
      flows -= size;
      const due = flowClass.due();
      if (due < this.due || (due === this.due && orders[flowClass.first] < orders[this.next!.first])) {
        this.due = due;
        this.next = flowClass;
      }
    }
  }

  /** As `share` for flows of one class. */
  private shareAlike(now: Picoseconds, rate: number, flowClass: FlowClass): void {
    const { cap, size } = flowClass;
    this.next = undefined;
    this.due = Infinity;
    this.given = 0;
    if (size === 0) return;
    const share = cap * size > rate ? Math.min(cap, rate / size) : cap;
    flowClass.setRate(now, share);
    this.next = flowClass;
    this.due = flowClass.due();
    this.given = share * size;
  }

  /** Calls back with each flow and its class. */
  forEach(visit: (flow: number, flowClass: FlowClass) => void): void {
    for (const flowClass of this.byCap) {
      flowClass.forEach((flow) => {
        visit(flow, flowClass);
      });
    }
  }
}
