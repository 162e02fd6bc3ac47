/**
 * The `queue` fidelity's parameters as a vector to fit. All are fitted as logarithms, so that they stay positive and a
 * step is a factor.
 *
 * The tail of the service time is not searched for: at depth 1 nothing waits, and the latency's distribution is the
 * service time's. Its shape is read from the depth-1 row of the smallest block (service-tail.ts), and the fit scales it.
 */
import type { QueueParameters, TailStep, VirtualDiskParameters } from '../../devices/index.ts';
import { ps } from '../../sim/index.ts';

/** One entry of the vector, in SI units. */
export interface Parameter {
  readonly name: string;
  readonly start: number;
  readonly min: number;
  readonly max: number;
  /** Decimal digits and unit for people. */
  readonly unit: 's' | 'B/s' | 'IOPS' | '';
}

/** What the fit holds fixed. */
export interface QueueFrame {
  readonly pageBytes: number;
  readonly tail: readonly TailStep[];
  /** Usable rate of the link, B/s. */
  readonly linkRate: number;
}

export type Values = Readonly<Record<string, number>>;

/** The parameters of a device that only the named values describe; the rest is free of cost. */
export function queueParametersFrom(values: Values, frame: QueueFrame, units: number): QueueParameters {
  const time = (name: string) => ps((values[name] ?? 0) * 1e12);
  const rate = (name: string) => Math.min(values[name] ?? Number.POSITIVE_INFINITY, frame.linkRate);
  const scale = values.tailScale ?? 1;
  return {
    readCommandTime: time('readCommandTime'),
    writeCommandTime: time('writeCommandTime'),
    overheadTime: time('overheadTime'),
    units,
    pageBytes: frame.pageBytes,
    accessTime: time('accessTime'),
    nandRate: values.nandRate ?? Number.POSITIVE_INFINITY,
    readTail: frame.tail.map(({ share, extra }) => ({ share, extra: ps(extra * scale) })),
    readRate: rate('readRate'),
    writeRate: frame.linkRate,
    programRate: values.programRate ?? Number.POSITIVE_INFINITY,
    programIops: values.programIops ?? Number.POSITIVE_INFINITY,
    acknowledgeTime: time('acknowledgeTime'),
  };
}

/** The same of a disk of a virtual machine. */
export function virtualParametersFrom(values: Values, { tail }: QueueFrame): VirtualDiskParameters {
  const time = (name: string) => ps((values[name] ?? 0) * 1e12);
  const scale = values.tailScale ?? 1;
  return {
    wakeTime: time('wakeTime'),
    wakeTail: tail.map(({ share, extra }) => ({ share, extra: ps(extra * scale) })),
    readTime: time('readTime'),
    readRate: values.readRate ?? Number.POSITIVE_INFINITY,
    writeTime: time('writeTime'),
    writeRate: values.writeRate ?? Number.POSITIVE_INFINITY,
  };
}
