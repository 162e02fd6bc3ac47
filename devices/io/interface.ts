/**
 * How a program asks the operating system for bytes of a file or device: the interface that psync, mmap, libaio,
 * io_uring and SPDK implement. One read is what the program wants (an expert, a matrix); the interface cuts it into
 * requests and the driver cuts those into NVMe commands.
 */
import type { HandlerId, Histogram, TimeWeighted } from '../../sim/index.ts';

/** A step of the program waits for this read. */
export const DEMAND = 0;
/** Nobody waits yet; goes behind every demand read that is not submitted. */
export const PREFETCH = 1;
export type ReadPriority = typeof DEMAND | typeof PREFETCH;

export interface IoInterface {
  readonly statistics: IoStatistics;
  /** Forgets what was counted before now (the end of a warm-up). */
  restartStatistics(): void;
  /**
   * Starts a read of bytes [offset, offset + bytes).
   * @param done called once as done(tag, cancelled): `cancelled` is 1 when bytes of the read were given up, else 0
   * @returns the id of the read, valid until `done` is called
   */
  read(offset: number, bytes: number, priority: ReadPriority, done: HandlerId, tag: number): number;
  /** A prefetch that somebody waits for now: what is not submitted yet goes behind the demand reads already waiting. */
  promote(read: number): void;
  /**
   * Gives up what is not submitted yet; requests in flight complete. `done` is still called, once: at the completion of
   * the last request in flight or, when there is none, at this instant but after cancel() has returned.
   * @returns the bytes that will never be read
   */
  cancel(read: number): number;
}

/** What an interface counts. Bytes are those asked of the device, alignment included. */
export interface IoStatistics {
  /** Reads asked for and finished, cancelled ones included. */
  reads: number;
  /** Requests submitted to the driver, and the NVMe commands they became. */
  requests: number;
  commands: number;
  /** Requests by priority at submission: demand [0], prefetch [1]. */
  readonly requestsBy: [number, number];
  /** Bytes submitted for demand [0] and for prefetch [1] reads, by the priority at submission. */
  readonly bytes: [number, number];
  /** Bytes of reads that were cancelled before they were submitted. */
  cancelledBytes: number;
  /** Requests in flight over time: the application's queue depth. The drives' own is in their statistics. */
  readonly depth: TimeWeighted;
  /** From submission by the I/O thread to its having reaped the completion, in ps. */
  readonly latency: Histogram;
  /** Bytes of a request. */
  readonly requestBytes: Histogram;
}
