/** The three devices of the comparison with MQSim, and its closed loop: see the description of the `mqsim` preset. */

import { FlashDevice } from '../../../devices/flash/flash-device.ts';
import type { FlashDeviceOptions } from '../../../devices/flash/flash-device-options.ts';
import { MQSIM_COMMAND, type MqsimDevice, mqsimOptions } from '../../../devices/flash/mqsim.ts';
import { READ } from '../../../devices/index.ts';
import { nvmeMessages } from '../../../devices/nvme/messages.ts';
import { ns, Simulation, toSeconds, us } from '../../../sim/index.ts';

const geometry = (channels: number, chips: number, dies: number, planes: number, pageBytes: number) => ({
  channels,
  chips,
  dies,
  planes,
  pageBytes,
  blocks: 256,
  pages: 64,
});

export const DEVICES: Record<'A' | 'B' | 'C', MqsimDevice> = {
  A: {
    geometry: geometry(8, 4, 2, 2, 8192),
    readTime: us(75),
    channelRate: 1e9 / 3,
    lanes: 4,
    laneRate: 1e9,
    overProvisioning: 0.07,
  },
  B: {
    geometry: geometry(8, 4, 1, 4, 16384),
    readTime: us(40),
    channelRate: 1e9,
    lanes: 4,
    laneRate: 2e9,
    overProvisioning: 0.07,
  },
  C: {
    geometry: geometry(16, 2, 1, 2, 4096),
    readTime: us(3),
    channelRate: 1e9,
    lanes: 4,
    laneRate: 4e9,
    overProvisioning: 0.07,
  },
};

/** A device under the realistic defaults, but with the preset's command times, link and message sizes. */
export function realistic(device: MqsimDevice, change: Partial<FlashDeviceOptions> = {}): FlashDeviceOptions {
  const preset = mqsimOptions('realistic', device);
  return {
    ...preset,
    nand: { readTimes: [device.readTime], readyTime: ns(20) },
    channel: { rate: device.channelRate, ...MQSIM_COMMAND },
    dieParallelism: 'die',
    hostTransfer: 'per-page',
    allocation: { order: 'CWDP', layout: 'sequential' },
    controller: { firmware: { cores: Infinity, classes: [] }, messages: nvmeMessages(28), prpLists: false },
    link: { ...preset.link, quantum: 1 },
    ...change,
  };
}

export interface FlashLoop {
  readonly depth: number;
  readonly bytes: number;
  readonly count: number;
  readonly streaming?: boolean;
  /** First block of a stream; default random. */
  readonly start?: number;
}

export interface FlashMeasured {
  readonly iops: number;
  readonly bytesPerSecond: number;
  /** ns, sorted. */
  readonly latencies: Float64Array;
  readonly device: FlashDevice;
}

/** Reads at a depth within the first 60 % of the device, from t = 1 ns; rates over the whole run. */
export function flashLoop(options: FlashDeviceOptions, loop: FlashLoop): FlashMeasured {
  const sim = new Simulation({ seed: 'flash-loop' });
  const device = new FlashDevice(sim, options);
  const { depth, bytes, count, streaming = false } = loop;
  const blocks = Math.floor((0.6 * device.capacity) / bytes);
  const random = sim.random('addresses');
  let next = loop.start ?? Math.floor(random() * blocks);
  const started = new Float64Array(depth);
  const latencies = new Float64Array(count);
  let submitted = 0;
  let completed = 0;
  const submit = (slot: number) => {
    const block = streaming ? next++ % blocks : Math.floor(random() * blocks);
    submitted++;
    started[slot] = sim.now;
    device.submit(READ, block * bytes, bytes, 0, done, slot);
  };
  const done = sim.register((slot) => {
    latencies[completed++] = (sim.now - started[slot]) / 1e3;
    if (submitted < count) submit(slot);
  });
  const begin = sim.register(() => {
    for (let slot = 0; slot < Math.min(depth, count); slot++) submit(slot);
  });
  sim.at(ns(1), begin);
  sim.run();
  sim.finish();
  const iops = completed / toSeconds(sim.now);
  return { iops, bytesPerSecond: iops * bytes, latencies: latencies.sort(), device };
}
