/** What a drive at flash fidelity is made of. */
import type { DriveOptions } from '../drive.ts';
import type { ControllerOptions } from '../nvme/controller.ts';
import type { TlpLinkOptions } from '../nvme/tlp-link.ts';
import type { AllocationOrder } from './allocation.ts';
import type { DeviceDramOptions } from './device-dram.ts';
import type { FlashGeometry } from './geometry.ts';
import type { Layout } from './mapping.ts';
import type { MappingCacheOptions } from './mapping-cache.ts';
import type { ChannelTiming, DieParallelism, NandTiming, ProgramTiming } from './timing.ts';
import type { WriteOptions } from './write-path.ts';

export const HOST_TRANSFERS = ['per-page', 'per-tlp', 'per-request'] as const;
/** When data read from the flash goes to the host. */
export type HostTransfer = (typeof HOST_TRANSFERS)[number];

export interface FlashDeviceOptions extends DriveOptions {
  readonly geometry: FlashGeometry;
  readonly nand: NandTiming;
  readonly channel: ChannelTiming;
  /** Writes; absent: a write ends when its data is in the device, and is not programmed. */
  readonly write?: WriteOptions & ProgramTiming;
  /** Default die. */
  readonly dieParallelism?: DieParallelism;
  /** Default per-page. */
  readonly hostTransfer?: HostTransfer;
  readonly allocation: { readonly order: AllocationOrder; readonly layout: Layout };
  /** Absent: the whole mapping table is at hand. */
  readonly mappingCache?: MappingCacheOptions;
  /** Absent: data passes at once. */
  readonly dram?: DeviceDramOptions;
  readonly controller: ControllerOptions;
  readonly link: TlpLinkOptions;
}
