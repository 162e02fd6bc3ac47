/**
 * A host: cores and memory, and the kernels that use both. A kernel of F FLOP over B bytes on n threads takes
 *
 *   max( F / (n x rate), B / fabric, B / bus )
 *
 * when alone; each of the three is a flow, so that kernels at once, I/O threads and DMA share them.
 */
import type { HandlerId, Simulation } from '../../sim/index.ts';
import { Jobs } from '../jobs.ts';
import { Cpu, type CpuOptions } from './cpu.ts';
import { Dram, type DramOptions } from './dram.ts';

export interface HostOptions {
  readonly cpu: CpuOptions;
  readonly memory: DramOptions;
}

export class Host {
  readonly cpu: Cpu;
  readonly dram: Dram;
  readonly #kernels: Jobs;
  readonly #flowDone: HandlerId;

  constructor(simulation: Simulation, options: HostOptions) {
    this.cpu = new Cpu(simulation, options.cpu);
    this.dram = new Dram(simulation, options.memory);
    this.#kernels = new Jobs(simulation, 'kernels');
    this.#flowDone = simulation.register((kernel) => this.#kernels.endPart(kernel));
  }

  /**
   * Runs a kernel.
   * @param flops floating-point operations
   * @param bytes read from memory
   * @param threads most cores it can use
   * @param done called as done(tag, 0)
   * @param kernel class of the host's rates; default `matmul`
   */
  compute(
    flops: number,
    bytes: number,
    threads: number,
    done: HandlerId,
    tag: number,
    kernel = 'matmul',
  ): void {
    const id = this.#kernels.start(3, done, tag);
    const { cores } = this.cpu;
    cores.start(this.cpu.coreSeconds(flops, kernel), threads, this.#flowDone, id, 0);
    const { bus, fabric } = this.dram;
    fabric.start(bytes, Infinity, this.#flowDone, id, 0);
    bus.start(bytes, fabric.rate, this.#flowDone, id, 0);
  }
}
