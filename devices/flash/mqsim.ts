/**
 * The `mqsim` preset: the modelling choices of MQSim 7ec40e3 (CMU-SAFARI), several of them unrealistic, for comparison:
 * a chip takes one command at a time and no cache read, data goes before commands, requests are stored and forwarded,
 * pages are placed at first touch, link times are whole nanoseconds, and nothing but flash and link takes time.
 */
import { ns, type Picoseconds } from '../../sim/index.ts';
import type { NvmeMessages } from '../nvme/messages.ts';
import type { FlashDeviceOptions } from './flash-device-options.ts';
import { type FlashGeometry, physicalBytes } from './geometry.ts';

/** ONFI command times in MQSim's default configuration: tCS + tWB + tRR, 6 tWC, tDBSY. */
export const MQSIM_COMMAND = { base: ns(140), perPlane: ns(150), planeBusy: ns(500) };

/** MQSim adds 28 B to each TLP, and 8 B more to a submission entry (inferred from its latencies). */
export const MQSIM_MESSAGES: NvmeMessages = {
  doorbell: 30,
  fetchRequest: 32,
  submissionEntry: 100,
  completionEntry: 44,
  interrupt: 0,
};

/** What distinguishes one MQSim configuration from another. */
export interface MqsimDevice {
  readonly geometry: FlashGeometry;
  readonly readTime: Picoseconds;
  /** Bytes per second. */
  readonly channelRate: number;
  readonly lanes: number;
  /** Bytes per second of a lane. */
  readonly laneRate: number;
  /** Share of the flash that is not addressable. */
  readonly overProvisioning: number;
}

/** The options under which the flash device follows MQSim's rules. */
export function mqsimOptions(name: string, device: MqsimDevice): FlashDeviceOptions {
  const { geometry, readTime, channelRate, lanes, laneRate, overProvisioning } = device;
  const blockSize = 512;
  const addressable = physicalBytes(geometry) * (1 - overProvisioning);
  return {
    name,
    capacity: Math.floor(addressable / blockSize) * blockSize,
    blockSize,
    queues: 1,
    geometry,
    nand: { readTimes: [readTime], readyTime: ns(20), multiPlane: true, cacheRead: false },
    channel: { rate: channelRate, ...MQSIM_COMMAND, priority: 'data-first' },
    dieParallelism: 'chip',
    hostTransfer: 'per-request',
    allocation: { order: 'CWDP', layout: 'first-touch' },
    controller: {
      firmware: { cores: Infinity, classes: [] },
      messages: MQSIM_MESSAGES,
      arbitration: { fetchLimit: 512 },
      prpLists: false,
    },
    link: { rate: lanes * laneRate, lanes, payload: 128, overhead: 28, quantum: ns(1) },
  };
}
