/** How the program's time passes, each stretch of it recorded: computing, waiting for weights, software, idle. */
import type { Gpu, Host } from '../../devices/index.ts';
import type { Picoseconds, Simulation } from '../../sim/index.ts';
import type { BufferManager } from './buffer-manager.ts';
import type { Steps } from './demand-walk.ts';
import type { Recorder } from './recorder.ts';
import type { Step } from './token-steps.ts';

export class ProgramTime {
  private readonly sim: Simulation;
  private readonly host: Host;
  private readonly buffers: BufferManager;
  private readonly recorder: Recorder;
  private readonly threads: number;
  private readonly gpu?: Gpu;

  /** @param gpu computes instead of the host's cores */
  constructor(
    sim: Simulation,
    host: Host,
    buffers: BufferManager,
    recorder: Recorder,
    threads: number,
    gpu?: Gpu,
  ) {
    this.sim = sim;
    this.host = host;
    this.buffers = buffers;
    this.recorder = recorder;
    this.threads = threads;
    this.gpu = gpu;
  }

  /** Until the next object lands. */
  *landing(): Steps {
    const begin = this.sim.now;
    yield this.buffers.landed.wait;
    this.recorder.spent('wait', 'wait for weights', begin, this.sim.now);
  }

  *compute({ flops, bytes, name }: Step): Steps {
    const begin = this.sim.now;
    yield (done, a) =>
      this.gpu
        ? this.gpu.compute(flops, bytes, done, a)
        : this.host.compute(flops, bytes, this.threads, done, a, name);
    this.recorder.spent('compute', name, begin, this.sim.now);
  }

  /** Processor time of the program itself, on its path. */
  *software(name: string, time: Picoseconds): Steps {
    if (time === 0) return;
    const begin = this.sim.now;
    yield this.sim.delay(time);
    this.recorder.spent('software', name, begin, this.sim.now);
  }

  /** Until a request arrives. */
  *idle(until: Picoseconds): Steps {
    const begin = this.sim.now;
    yield this.sim.delay(until - begin);
    this.recorder.spent('idle', 'no request', begin, this.sim.now);
  }
}
