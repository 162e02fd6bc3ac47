/** A fio job as the simulation runs it: options parsed, defaults filled in. Times in seconds, sizes in bytes. */
import type { SchedulerName } from '../../devices/index.ts';
import { type BlockTrace, READ } from '../../workloads/traces/index.ts';

export type Pattern = 'read' | 'write' | 'randread' | 'randwrite' | 'rw' | 'randrw';

export interface FioJob {
  readonly name: string;
  /** The job's own options, as written. */
  readonly options: Readonly<Record<string, string>>;
  readonly pattern: Pattern;
  /** Percent of reads in mixed patterns. */
  readonly readShare: number;
  /** Block of reads and of writes. */
  readonly blockSize: readonly [read: number, write: number];
  readonly depth: number;
  readonly clones: number;
  readonly direct: boolean;
  readonly engine: string;
  /** Buffers registered with io_uring. */
  readonly fixedBuffers: boolean;
  /** Most requests that a clone submits at once. */
  readonly batch: number;
  /** That the device is given; absent: the host's. */
  readonly scheduler?: SchedulerName;
  /** The file's name, where given; jobs that name the same share its pages. Absent: each clone has a file of its own. */
  readonly file?: string;
  /** A buffered job drops its file's pages when it begins, and at each further round over the file. */
  readonly invalidate: boolean;
  readonly offset: number;
  /** Added to the offset for each clone. */
  readonly offsetIncrement: number;
  /** The region that is read or written. */
  readonly size: number;
  /** Bytes to transfer; default the region, `loops` times; Infinity when time or number_ios ends the job. */
  readonly ioSize: number;
  /** Completions that end the job; Infinity for none. */
  readonly numberIos: number;
  readonly runtime: number;
  readonly timeBased: boolean;
  readonly rampTime: number;
  readonly startDelay: number;
  /** Operations per second that a clone starts, or Infinity. */
  readonly rateIops: readonly [read: number, write: number];
  readonly poisson: boolean;
  /** Random offsets may repeat before all blocks have had their turn. */
  readonly repeats: boolean;
  /** Sequential jobs start at a random block. */
  readonly randomStart: boolean;
  /** Waits for the jobs before it. */
  readonly stonewall: boolean;
  readonly groupReporting: boolean;
  readonly seed: string;
  /** Requests that are replayed in place of the pattern, and whether without the pauses between them. */
  readonly replay?: BlockTrace;
  readonly noStall: boolean;
  readonly percentiles: readonly number[];
}

export const reads = ({ pattern }: FioJob): boolean => !pattern.endsWith('write');
export function writes({ pattern, replay }: FioJob): boolean {
  if (replay)
    return !Array.from({ length: replay.length }, (_, row) => replay.opOf(row)).every((op) => op === READ);
  return !pattern.endsWith('read');
}
export const isRandom = ({ pattern }: FioJob): boolean => pattern.startsWith('rand');
