/**
 * Closed-form ceilings on tokens/s, one per resource, as if it alone worked and everything overlapped with it:
 *
 *   compute  cores x FLOP/s / FLOP                    storage  claimed rate of the array / bytes read
 *   dram     bus / (bytes read by cores + streamed)   link     usable rate of the links / bytes read
 *   fabric   fabric / bytes read by cores             iops     claimed IOPS / commands
 *   cpu-io   cores x clock / (commands x cycles), or with mmap cores / time to map and evict the pages
 *   uplink   usable rate of a switch's uplink / bytes read of the drives behind it
 *   software 1 / what the program itself spends (software-costs.ts)
 *
 * With a GPU that computes, in place of compute and fabric, and with streamed + copied bytes on the host's memory bus:
 *
 *   gpu-memory  its bandwidth / bytes read             gpu-link  its usable rate / bytes copied to it
 *   gpu-compute its FLOP/s / FLOP
 *
 * all per token; drives add up as drive-limits.ts says. A streamed byte crosses the memory bus twice: written by DMA, read by a core (O_DIRECT into the buffer
 * that is used, or mmap); with buffered reads 4 or 5 times, as it is copied from the page cache. The read is among the
 * bytes read by cores, which count every weight once.
 */
import { busBandwidth, fabricBandwidth, PAGE_BYTES, pcieLink } from '../devices/index.ts';
import { toSeconds } from '../sim/index.ts';
import { type ArrayLimits, arrayRate, uplinkRates } from './drive-limits.ts';
import { asInputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { gpuOf } from './gpu.ts';
import { cyclesOf, schedulerCycles } from './io-cost.ts';
import { hostOptions } from './machine.ts';
import { linuxOf } from './mapped.ts';
import { formatAmount } from './report/format.ts';
import type { Bound } from './result.ts';
import type { DirectInterface, HostProfile } from './schema/host.ts';

/** Demand of one decoded token on the machine. */
export interface TokenDemand {
  readonly flops: number;
  /** That the FLOPs take one core, s. */
  readonly coreSeconds: number;
  /** Weights and KV cache that the cores read, B. */
  readonly coreBytes: number;
  /** Read from storage, prefetches included, B. */
  readonly streamedBytes: number;
  /** NVMe commands. */
  readonly commands: number;
  /** Of the program itself, s. */
  readonly softwareSeconds: number;
  /** From host memory to a GPU, B. */
  readonly copiedBytes: number;
}

interface Ceiling {
  readonly resource: string;
  readonly component: Bound['component'];
  /** Units per second, units per token, and the unit. */
  readonly rate: number;
  readonly perToken: number;
  readonly unit: string;
  readonly detail: string;
}

const giga = (n: number) => (n / 1e9).toFixed(2);

/** Ceilings of a machine for a token's demand, lowest first; resources without limit or without work are left out. */
export function tokenBounds(experiment: Experiment, drives: ArrayLimits, demand: TokenDemand): Bound[] {
  return ceilings(experiment, drives, demand)
    .filter(({ rate, perToken }) => rate / perToken < Number.POSITIVE_INFINITY)
    .map(({ resource, component, rate, perToken, unit, detail }) => ({
      resource,
      tokensPerSecond: rate / perToken,
      component,
      detail: `${formatAmount(rate, unit)}/s (${detail}) / ${formatAmount(perToken, unit)} per token`,
    }))
    .sort((a, b) => a.tokensPerSecond - b.tokensPerSecond);
}

function ceilings(experiment: Experiment, drives: ArrayLimits, demand: TokenDemand): Ceiling[] {
  const { host } = experiment;
  const options = hostOptions(host);
  const bus = busBandwidth(options.memory);
  const { coreBytes, streamedBytes, commands, softwareSeconds, copiedBytes } = demand;
  const gpu = gpuOf(experiment);
  const crossings = crossingsOf(experiment);
  const bandwidth = arrayRate(drives, ({ readBandwidth }) => readBandwidth);
  const iops = arrayRate(drives, ({ readIops }) => readIops);
  const all: Ceiling[] = [
    {
      resource: 'storage',
      component: 'exposedIo',
      rate: bandwidth.rate,
      perToken: streamedBytes,
      unit: 'B',
      detail: `${bandwidth.parts} as claimed${bandwidth.wait}`,
    },
    {
      resource: 'iops',
      component: 'exposedIo',
      rate: iops.rate,
      perToken: commands,
      unit: 'IO',
      detail: `${iops.parts}, claimed for 4 KiB${iops.wait}`,
    },
    ...(gpu ? gpuCeilings(experiment, gpu, demand) : coreCeilings(experiment, demand)),
    {
      resource: 'dram',
      component: 'compute',
      rate: bus,
      perToken: (gpu ? copiedBytes : coreBytes) + streamedBytes * (crossings - 1),
      unit: 'B',
      detail: `${host.memory.channels} channels, efficiency ${host.memory.efficiency}; a streamed byte crosses ${crossings} times`,
    },
    {
      resource: 'software',
      component: 'software',
      rate: 1,
      perToken: softwareSeconds,
      unit: 's',
      detail: 'the program itself, on its path',
    },
    { resource: 'cpu-io', component: 'software', ...softwareOf(experiment, demand) },
  ];
  const { kinds } = drives;
  const links = kinds.map(({ count, link }) => `${count} x ${link?.name ?? 'no link'}`).join(' + ');
  const { rate, wait } = arrayRate(drives, ({ link }) => link?.usableRate ?? Infinity);
  const streamed = { component: 'exposedIo', perToken: streamedBytes, unit: 'B' } as const;
  all.push({ ...streamed, resource: 'link', rate, detail: `${links} usable${wait}` });
  for (const uplink of uplinkRates(drives)) all.push({ ...streamed, resource: 'uplink', ...uplink });
  return all;
}

/** How often a streamed byte crosses the memory bus: by DMA, by a kernel or to the GPU, and in a buffered read's copy. */
const crossingsOf = (experiment: Experiment): number =>
  experiment.io.direct || experiment.execution === 'mmap' ? 2 : 2 + linuxOf(experiment).copyCrossings;

function coreCeilings({ host, compute }: Experiment, demand: TokenDemand): Ceiling[] {
  const { flops, coreSeconds, coreBytes } = demand;
  const threads = Math.min(host.cores, compute.threads ?? host.cores);
  const coreRate = coreSeconds > 0 ? flops / coreSeconds : host.kernels.matmul;
  return [
    {
      resource: 'fabric',
      component: 'compute',
      rate: fabricBandwidth(hostOptions(host).memory),
      perToken: coreBytes,
      unit: 'B',
      detail: 'read by the cores',
    },
    {
      resource: 'compute',
      component: 'compute',
      rate: threads * coreRate,
      perToken: flops,
      unit: 'FLOP',
      detail: `${threads} threads x ${formatAmount(coreRate, 'FLOP')}/s`,
    },
  ];
}

function gpuCeilings(
  { host }: Experiment,
  gpu: NonNullable<HostProfile['gpu']>,
  demand: TokenDemand,
): Ceiling[] {
  const { generation, lanes } = gpu.pcie;
  const trained = { ...host.pcie, generation: Math.min(generation, host.pcie.generation), lanes };
  return [
    {
      resource: 'gpu-memory',
      component: 'compute',
      rate: gpu.bandwidth,
      perToken: demand.coreBytes,
      unit: 'B',
      detail: 'read by its kernels',
    },
    {
      resource: 'gpu-compute',
      component: 'compute',
      rate: gpu.flops,
      perToken: demand.flops,
      unit: 'FLOP',
      detail: 'of its kernels',
    },
    {
      resource: 'gpu-link',
      component: 'exposedIo',
      rate: pcieLink(trained).usableRate,
      perToken: demand.copiedBytes,
      unit: 'B',
      detail: `PCIe ${trained.generation}.0 x${lanes} usable`,
    },
  ];
}

/** What the cores must do for the bytes read: a command each, or with mmap to add and to evict every page. */
function softwareOf(experiment: Experiment, { streamedBytes, commands }: TokenDemand) {
  const { host, io } = experiment;
  if (io.interface === 'mmap') {
    const { insertPageTime, reclaimPageTime } = linuxOf(experiment);
    const perPage = toSeconds(insertPageTime + reclaimPageTime);
    return {
      rate: host.cores,
      perToken: (streamedBytes / PAGE_BYTES) * perPage,
      unit: 's',
      detail: `${host.cores} cores; ${perPage * 1e9} ns to add and evict a page`,
    };
  }
  const by = io.interface as DirectInterface;
  const own = asInputError(['io', 'interface'], () => cyclesOf(host, by));
  const cycles = own + (by === 'spdk' ? 0 : schedulerCycles(host, experiment.linux.scheduler));
  return {
    rate: host.cores * host.frequency,
    perToken: commands * cycles,
    unit: 'cycle',
    detail: `${cycles} cycles a command`,
  };
}

/** How fast weights can be streamed through each part of the machine and used, B/s; lowest first. */
export function streamingCeilings(
  experiment: Experiment,
  drives: ArrayLimits,
  commandBytes: number,
): { resource: string; bytesPerSecond: number; detail: string }[] {
  const oneByte = {
    flops: 0,
    coreSeconds: 0,
    coreBytes: 1,
    streamedBytes: 1,
    commands: 1 / commandBytes,
    softwareSeconds: experiment.software.perByte / 1e12,
    copiedBytes: 1,
  };
  return ceilings(experiment, drives, oneByte)
    .map(({ resource, rate, perToken, detail }) => ({ resource, bytesPerSecond: rate / perToken, detail }))
    .filter(({ bytesPerSecond }) => Number.isFinite(bytesPerSecond))
    .sort((a, b) => a.bytesPerSecond - b.bytesPerSecond);
}

/** Demands that a host or link ceiling cannot meet, in words. */
export function ceilingWarnings(experiment: Experiment, drives: ArrayLimits, commandBytes: number): string[] {
  const claimed = arrayRate(drives, ({ readBandwidth }) => readBandwidth).rate;
  const low = streamingCeilings(experiment, drives, commandBytes).find(
    ({ resource, bytesPerSecond }) =>
      ['dram', 'fabric', 'cpu-io'].includes(resource) && bytesPerSecond < claimed,
  );
  if (!low) return [];
  return [
    `storage claims ${giga(claimed)} GB/s; this host can take in and use at most ${giga(low.bytesPerSecond)} GB/s of ` +
      `streamed weights (${low.resource}: ${low.detail}). The run obeys the host.`,
  ];
}
