/** Options of direct I/O: what a command costs by interface, and the checks of what a program asks for. */
import type { Picoseconds, SharedLink } from '../../sim/index.ts';
import type { BlockDevice } from '../block-device.ts';
import type { SchedulerTimes } from './scheduler-cost.ts';

/** What a command costs the host. */
export interface IoCpuCost {
  /** The host's cores, in core-seconds per second. */
  readonly cores: SharedLink;
  /** Core time to submit a command, in ps. */
  readonly submitTime: Picoseconds;
  /** Core time to reap a command, in ps. */
  readonly completeTime: Picoseconds;
  /** Core time for each byte of a request, ps/B: pinning and mapping its pages, decrypting; default 0. */
  readonly byteTime?: number;
  /** From a completion to its thread's running, when it slept; default 0. */
  readonly wakeUp?: Picoseconds;
  /** The threads poll for completions; default false: they sleep. */
  readonly polls?: boolean;
  /** What the drives' I/O scheduler costs; absent: there is none. */
  readonly scheduler?: SchedulerTimes;
  /** A polling kernel thread beside each thread (SQPOLL), and its core time. */
  readonly kernelThread?: { readonly submitTime: Picoseconds; readonly completeTime: Picoseconds };
}

export interface IoUringOptions {
  /** A drive or an array; a drive is put behind its driver, an array of one. */
  readonly device: BlockDevice;
  /** Largest request in bytes, a multiple of `alignment`. */
  readonly request: number;
  /** Requests in flight per thread. */
  readonly queueDepth: number;
  /** I/O threads; default 1. */
  readonly threads?: number;
  /** Hardware queue of the first thread, the others have the following ones; default 0. */
  readonly firstQueue?: number;
  /** Most requests that a thread submits at once; default 1. */
  readonly batch?: number;
  /** Whether neighbours in a batch become one command; default true. */
  readonly merges?: boolean;
  /** Block of O_DIRECT in bytes; default 4096. */
  readonly alignment?: number;
  /** Absent: requests cost no CPU time. */
  readonly cpu?: IoCpuCost;
}

/** Throws RangeError naming what was found and what is needed. */
export function checkOptions(options: IoUringOptions): void {
  const { request, queueDepth, threads = 1, batch = 1, alignment = 4096, device, cpu } = options;
  const { blockSize } = device;
  const whole = (n: number) => Number.isInteger(n) && n >= 1;
  const need = (met: boolean, found: string) => {
    if (!met) throw new RangeError(`io_uring: ${found}`);
  };
  need(whole(queueDepth), `queueDepth ${queueDepth}; a whole number from 1 is needed`);
  need(whole(threads), `threads ${threads}; a whole number from 1 is needed`);
  need(whole(batch), `batch ${batch}; a whole number from 1 is needed`);
  need(
    whole(alignment / blockSize),
    `alignment ${alignment} B; a multiple of the ${blockSize} B block is needed`,
  );
  need(
    whole(request / alignment),
    `request of ${request} B; a multiple of the alignment, ${alignment} B, is needed`,
  );
  need(
    !cpu || (cpu.submitTime >= 0 && cpu.completeTime >= 0),
    'submitTime and completeTime must be 0 ps or more',
  );
}
