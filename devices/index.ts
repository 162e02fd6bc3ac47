/**
 * Hardware and operating system as the simulation sees them: drives at several fidelities, arrays, PCI Express, hosts,
 * and the ways a program asks for bytes. profiles/ describes real ones.
 */
export { DeviceArray, type DeviceArrayOptions } from './array.ts';
export { type BlockDevice, type BlockOperation, READ, WRITE } from './block-device.ts';
export type { DeviceStatistics } from './commands.ts';
export type { Drive, DriveBusy, DriveOptions } from './drive.ts';
export { FlashDevice } from './flash/flash-device.ts';
export type { FlashDeviceOptions } from './flash/flash-device-options.ts';
export { type MqsimDevice, mqsimOptions } from './flash/mqsim.ts';
export type { StationTotals } from './flash/stations.ts';
export { Cpu, type CpuOptions, kernelRate } from './host/cpu.ts';
export {
  busBandwidth,
  Dram,
  type DramOptions,
  type FabricOptions,
  fabricBandwidth,
  peakBandwidth,
} from './host/dram.ts';
export { Gpu, type GpuOptions } from './host/gpu.ts';
export { Host, type HostOptions } from './host/host.ts';
export * from './host/page-cache/index.ts';
export { IdealDevice, type IdealDeviceOptions } from './ideal-device.ts';
export { type BufferedCosts, BufferedFile, type BufferedOptions } from './io/buffered.ts';
export { PAGE_BYTES } from './io/cached-file.ts';
export type { CopyOptions } from './io/copy-threads.ts';
export type { IoCpuCost, IoUringOptions } from './io/direct-options.ts';
export { DEMAND, type IoInterface, type IoStatistics, PREFETCH, type ReadPriority } from './io/interface.ts';
export { IoUring } from './io/io-uring.ts';
export { type FaultCosts, type FaultCounts, MmapFile, type MmapOptions } from './io/mmap.ts';
export { RequestQueue, type RequestQueueOptions } from './io/request-queue.ts';
export { makeScheduler, SCHEDULERS, type SchedulerName } from './io/schedulers/scheduler.ts';
export { checkClaim, ImpossibleClaimError, type Link } from './link.ts';
export {
  type PcieLink,
  type PcieLinkOptions,
  type PciePort,
  pcieLink,
} from './pcie/link.ts';
export { type Attachment, PcieTopology } from './pcie/topology.ts';
export { QueueDevice, type QueueDeviceOptions } from './queue-device.ts';
export {
  checkClaims,
  type DriveClaims,
  type QueueParameters,
  queueParameters,
  type TailStep,
} from './queue-parameters.ts';
export { ThrottledDrive, type ThrottleOptions } from './throttled-drive.ts';
export type { TokenBucketOptions } from './token-bucket.ts';
export { VirtualDisk, type VirtualDiskOptions, type VirtualDiskParameters } from './virtual-disk.ts';
