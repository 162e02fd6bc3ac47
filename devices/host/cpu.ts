/**
 * The cores of a host as one shared link in core-seconds per second: a thread is a flow of at most one core, a parallel
 * kernel one of at most its number of threads, and what runs at once shares the cores fairly, as under the kernel's
 * scheduler. A thread that waits for memory is not charged here; its bytes are (see host.ts).
 */
import { SharedLink, type Simulation } from '../../sim/index.ts';

export interface CpuOptions {
  readonly cores: number;
  /** FLOP per second of one core, by kernel class; `matmul` is that of classes that are not named. */
  readonly kernels: Readonly<{ matmul: number; [kernel: string]: number | undefined }>;
}

/** FLOP/s of one core in a kernel class. */
export const kernelRate = (kernels: CpuOptions['kernels'], kernel: string): number =>
  kernels[kernel] ?? kernels.matmul;

export class Cpu {
  /** Rate: cores. Amounts are core-seconds, caps cores. */
  readonly cores: SharedLink;
  readonly options: CpuOptions;

  constructor(simulation: Simulation, options: CpuOptions) {
    this.options = options;
    this.cores = new SharedLink(simulation, { name: 'cores', rate: options.cores });
  }

  /** Core-seconds of `flops` in a kernel class. */
  coreSeconds(flops: number, kernel: string): number {
    return flops / kernelRate(this.options.kernels, kernel);
  }
}
