/**
 * An I/O scheduler of Linux's block layer (an elevator): which of the requests that wait in a drive's request queue goes
 * to the drive next. It decides nothing while the drive takes every request at once, as an NVMe drive with 1,023 tags a
 * queue does at most depths; what it costs the processor is felt at any depth (../scheduler-cost.ts).
 */
import type { Picoseconds } from '../../../sim/index.ts';
import type { BlockOperation } from '../../block-device.ts';
import { Bfq } from './bfq.ts';
import { Fifo } from './fifo.ts';
import { Kyber } from './kyber.ts';
import { MqDeadline } from './mq-deadline.ts';

export const SCHEDULERS = ['none', 'mq-deadline', 'kyber', 'bfq'] as const;
export type SchedulerName = (typeof SCHEDULERS)[number];

/** What a scheduler may know of a request. */
export interface WaitingRequests {
  readonly now: Picoseconds;
  operationOf(request: number): BlockOperation;
  offsetOf(request: number): number;
  bytesOf(request: number): number;
  /** Its hardware queue, which stands for the thread that asks. */
  queueOf(request: number): number;
  /** When it began to wait. */
  sinceOf(request: number): Picoseconds;
}

export interface Scheduler {
  /** A request begins to wait. */
  insert(request: number): void;
  /** Takes the request that goes to the drive next, or -1 when none may. */
  next(): number;
  /** A request that was taken is complete. */
  completed(request: number): void;
  /** A waiting request of the same operation that ends where bytes at `offset` begin, or -1. */
  endingAt(operation: BlockOperation, offset: number): number;
}

/** @param queues hardware queues of the drive */
export function makeScheduler(name: SchedulerName, requests: WaitingRequests, queues: number): Scheduler {
  switch (name) {
    case 'none':
      return new Fifo();
    case 'mq-deadline':
      return new MqDeadline(requests);
    case 'kyber':
      return new Kyber(requests);
    case 'bfq':
      return new Bfq(requests, queues);
  }
}
