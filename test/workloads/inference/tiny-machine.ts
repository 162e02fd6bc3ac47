/** A model small enough to add up by hand, and a machine for it whose every rate is named in the test. */
import { Host, IdealDevice, IoUring } from '../../../devices/index.ts';
import { Simulation } from '../../../sim/index.ts';
import { type DecodeOptions, runDecode } from '../../../workloads/inference/index.ts';
import { type Architecture, buildModel, type Model } from '../../../workloads/models/index.ts';
import { generateRouting, type RoutedTokens } from '../../../workloads/routing/index.ts';

export const tinyArchitecture = (layers = 3, experts = 8, topK = 2): Architecture => ({
  name: 'tiny',
  source: 'made for the tests',
  layers,
  denseLayers: 1,
  hidden: 256,
  vocabulary: 512,
  denseWidth: 512,
  experts: { count: experts, topK, width: 256, shared: 1 },
  attention: { full: { kind: 'gqa', heads: 4, kvHeads: 2, headDim: 64 } },
});

export interface Machine {
  /** Device latency, ps, and bandwidth, B/s. */
  latency: number;
  bandwidth: number;
  /** FLOP/s of one core. */
  flops: number;
  cores: number;
  /** B/s. */
  memory: number;
  request: number;
  queueDepth: number;
  /** I/O threads, and core time to submit and to complete a command, ps each. */
  ioThreads: number;
  ioCost: number;
  /** Device data crosses the memory bus. */
  dma: boolean;
}

export const machine: Machine = {
  latency: 80e6,
  bandwidth: 3e9,
  flops: 1e9,
  cores: 2,
  memory: 20e9,
  request: 65536,
  queueDepth: 1,
  ioThreads: 1,
  ioCost: 0,
  dma: true,
};

export type RunOptions = Partial<Omit<DecodeOptions, 'model' | 'routing'>> & {
  model?: Model;
  routing?: RoutedTokens;
  tokens?: number;
  machine?: Partial<Machine>;
};

export function run(options: RunOptions = {}) {
  const sim = new Simulation({ seed: 'test' });
  const { latency, bandwidth, flops, cores, memory, request, queueDepth, ioThreads, ioCost, dma } = {
    ...machine,
    ...options.machine,
  };
  const host = new Host(sim, {
    cpu: { cores, kernels: { matmul: flops } },
    memory: { capacity: 2 ** 40, channels: 1, transferRate: memory / 8, efficiency: 1 },
  });
  const model = options.model ?? buildModel(tinyArchitecture(), 'F16');
  const device = new IdealDevice(sim, {
    name: 'ideal',
    capacity: 2 ** 40,
    readLatency: latency,
    readBandwidth: bandwidth,
    writeLatency: latency,
    writeBandwidth: bandwidth,
    readPath: dma ? [host.dram.bus] : [],
  });
  const io = new IoUring(sim, {
    device,
    request,
    queueDepth,
    threads: ioThreads,
    cpu: { cores: host.cpu.cores, submitTime: ioCost, completeTime: ioCost },
  });
  const routing =
    options.routing ??
    generateRouting(
      { kind: 'uniform', layers: model.moeLayers.length, experts: model.experts, topK: model.topK },
      options.tokens ?? 4,
      sim.random('routing'),
    );
  const outcome = runDecode(sim, host, io, {
    kv: { choice: 'mla', type: 'F16' },
    promptTokens: 0,
    contextTokens: 0,
    warmupTokens: 0,
    pin: ['attention', 'shared-experts', 'dense', 'embeddings'],
    policy: 'lru',
    cacheBytes: 0,
    execution: 'synchronous',
    threads: cores,
    random: sim.random('policy'),
    ...options,
    model,
    routing,
  });
  sim.finish();
  const seconds = outcome.recorder.tokenTime.reduce((sum, time) => sum + time, 0) / 1e12;
  return { sim, host, io, model, routing, outcome, seconds };
}
