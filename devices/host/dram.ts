/**
 * A host's memory as shared links. Every byte that crosses the DRAM bus, by DMA, by a copy or read by a kernel, is a
 * flow on `bus`; what the cores read crosses `fabric` as well, the links between core dies (CCDs) and the I/O die:
 *
 *   bus    = channels x transfers/s x bytes a transfer x efficiency
 *   fabric = dies x bytes a cycle x fabric clock, or less where kernels are measured to reach less
 *
 * so that cores alone read at most min(bus, fabric) and DMA is held by the bus only.
 */
import { SharedLink, type Simulation } from '../../sim/index.ts';

export interface DramOptions {
  /** Bytes. */
  readonly capacity: number;
  readonly channels: number;
  /** Transfers per second of a channel (5.2e9 for DDR5-5200). */
  readonly transferRate: number;
  /** Bytes a transfer; default 8. */
  readonly channelBytes?: number;
  /** Share of the peak that streams reach; default 0.80. */
  readonly efficiency?: number;
  /** B/s that kernels read on all cores, as measured; absent: as fabric and bus allow. */
  readonly coreBandwidth?: number;
  /** Absent: the cores read as fast as the bus. */
  readonly fabric?: FabricOptions;
}

export interface FabricOptions {
  readonly ccds: number;
  /** Bytes that a die reads per cycle. */
  readonly bytesPerCycle: number;
  /** Hz. */
  readonly frequency: number;
}

/** Bytes per second of the bus at full efficiency. */
export const peakBandwidth = ({ channels, transferRate, channelBytes = 8 }: DramOptions): number =>
  channels * transferRate * channelBytes;

/** Bytes per second that the bus sustains. */
export const busBandwidth = (options: DramOptions): number =>
  peakBandwidth(options) * (options.efficiency ?? 0.8);

/** Bytes per second that the cores can read: through the fabric, or as measured; Infinity without a limit. */
export const fabricBandwidth = ({ fabric, coreBandwidth = Infinity }: DramOptions): number =>
  Math.min(fabric ? fabric.ccds * fabric.bytesPerCycle * fabric.frequency : Infinity, coreBandwidth);

export class Dram {
  readonly options: DramOptions;
  readonly bus: SharedLink;
  readonly fabric: SharedLink;

  constructor(simulation: Simulation, options: DramOptions) {
    this.options = options;
    this.bus = new SharedLink(simulation, { name: 'dram', rate: busBandwidth(options) });
    this.fabric = new SharedLink(simulation, { name: 'fabric', rate: fabricBandwidth(options) });
  }
}
