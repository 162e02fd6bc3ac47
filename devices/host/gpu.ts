/**
 * A GPU beside the cores: memory of its own, kernels, and a PCI Express link over which weights come from host memory.
 * A kernel of F FLOP over B bytes takes max(F / rate, B / bandwidth); a copy crosses the link and, once, the host's DRAM
 * bus. Both are flows, so that copies, DMA from drives and kernels at once share what they cross.
 */
import { type HandlerId, SharedLink, type Simulation } from '../../sim/index.ts';
import { Jobs } from '../jobs.ts';

export interface GpuOptions {
  /** B/s that kernels read of its memory. */
  readonly bandwidth: number;
  /** FLOP/s. */
  readonly flops: number;
  /** Usable B/s of its link, each direction. */
  readonly linkRate: number;
}

export class Gpu {
  readonly memory: SharedLink;
  /** From host memory, and back. */
  readonly link: SharedLink;
  readonly back: SharedLink;
  readonly #units: SharedLink;
  readonly #bus: SharedLink;
  readonly #jobs: Jobs;
  readonly #partDone: HandlerId;
  readonly #ignored: HandlerId;

  /** @param bus the host's DRAM */
  constructor(simulation: Simulation, { bandwidth, flops, linkRate }: GpuOptions, bus: SharedLink) {
    this.memory = new SharedLink(simulation, { name: 'gpu memory', rate: bandwidth });
    this.#units = new SharedLink(simulation, { name: 'gpu units', rate: flops });
    this.link = new SharedLink(simulation, { name: 'gpu link', rate: linkRate });
    this.back = new SharedLink(simulation, { name: 'gpu link back', rate: linkRate });
    this.#bus = bus;
    this.#jobs = new Jobs(simulation, 'gpu');
    this.#partDone = simulation.register((job) => this.#jobs.endPart(job));
    this.#ignored = simulation.register(() => {});
  }

  /** Runs a kernel; done(tag, 0) follows. */
  compute(flops: number, bytes: number, done: HandlerId, tag: number): void {
    const job = this.#jobs.start(2, done, tag);
    this.#units.start(flops, Infinity, this.#partDone, job, 0);
    this.memory.start(bytes, Infinity, this.#partDone, job, 0);
  }

  /** Copies bytes from host memory; done(tag, 0) follows. */
  copy(bytes: number, done: HandlerId, tag: number): void {
    this.#cross(this.link, this.#jobs.start(2, done, tag), bytes);
  }

  /** Copies bytes to host memory; nobody waits for them. */
  demote(bytes: number): void {
    this.#cross(this.back, this.#jobs.start(2, this.#ignored, 0), bytes);
  }

  #cross(link: SharedLink, job: number, bytes: number): void {
    link.start(bytes, Infinity, this.#partDone, job, 0);
    this.#bus.start(bytes, link.rate, this.#partDone, job, 0);
  }
}
