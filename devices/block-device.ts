/**
 * What every storage device is to the rest of the simulation: a thing that takes block commands and, some simulated
 * time later, completes them. Implemented by the ideal, queue and flash fidelities and by arrays of them.
 *
 * A completion is a handler registered with the simulation and one small integer, so that nothing is allocated per
 * command: `simulation.call(done, tag, 0)` is made at the instant at which the data is in host memory.
 */
import type { HandlerId } from '../sim/index.ts';

/** NVMe opcodes the models tell apart. */
export const READ = 0;
export const WRITE = 1;
export type BlockOperation = typeof READ | typeof WRITE;

export interface BlockDevice {
  readonly name: string;
  /** `flash`, `queue` or `ideal`; named in every result. */
  readonly fidelity: 'flash' | 'queue' | 'ideal';
  /** Addressable bytes. */
  readonly capacity: number;
  /** Logical block size in bytes: offsets and lengths are whole multiples of it. */
  readonly blockSize: number;
  /** Largest command in bytes (MDTS); Infinity when the controller names no limit. The driver cuts, never the device. */
  readonly maxTransfer: number;
  /** Submission queue pairs that the controller offers. */
  readonly queues: number;
  /**
   * Submits one command now.
   * @param operation READ or WRITE
   * @param offset byte offset on the device, a multiple of `blockSize`
   * @param bytes length, a multiple of `blockSize`, 1 block to `maxTransfer`
   * @param queue submission queue, 0 to `queues` - 1
   * @param done handler called as done(tag, 0) on completion
   */
  submit(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): void;
}
