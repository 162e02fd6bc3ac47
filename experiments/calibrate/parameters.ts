/**
 * What a fit searches for, and the model of a drive that it searches with. Parameters are fitted as logarithms, so that
 * they stay positive and a step is a factor.
 */
import type { BlockDevice } from '../../devices/index.ts';
import type { Simulation } from '../../sim/index.ts';
import type { MeasuredRow } from './rows.ts';

/** One parameter, in SI units. */
export interface Parameter {
  readonly name: string;
  readonly start: number;
  readonly min: number;
  readonly max: number;
  readonly unit: 's' | 'B/s' | 'IOPS' | '';
  /** A whole number; a model has one such at most. */
  readonly whole?: boolean;
  /** What has to be measured for it to be known. */
  readonly needs: string;
}

export type Values = Readonly<Record<string, number>>;
export type MakeDevice = (sim: Simulation) => BlockDevice;

export interface DeviceModel {
  readonly parameters: readonly Parameter[];
  /** Values to begin at in place of the parameters' own, of which the best is taken; none: at those. */
  readonly starts: readonly Values[];
  device(values: Values): MakeDevice;
  /** What the rows lack for it. */
  readonly warnings: readonly string[];
}

/** Of a drive besides what is fitted. */
export interface Frame {
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  readonly pageBytes: number;
  /** B/s: usable, and not above what is claimed. */
  readonly linkRate: number;
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

export const timeParameter = (name: string, start: number, needs: string): Parameter => ({
  name,
  start: clamp(start, 1e-8, 0.1),
  min: 1e-9,
  max: 1,
  unit: 's',
  needs,
});

export const rateParameter = (name: string, start: number, max: number, needs: string): Parameter => ({
  name,
  start: Math.min(start, max),
  min: 1e3,
  max,
  unit: 'B/s',
  needs,
});

/** Measured, or by Little's law from the latency. */
export const iopsOf = ({ iops, mean, depth, jobs, percentiles }: MeasuredRow): number =>
  iops ?? (depth * jobs) / (mean ?? percentiles[0]?.[1] ?? 1e-4);

export const bandwidthOf = (row: MeasuredRow): number => iopsOf(row) * row.bytes;

/** Mean latency of the row that waits least. */
export const leastLatency = (rows: readonly MeasuredRow[]): number =>
  Math.min(...rows.map((row) => row.mean ?? (row.depth * row.jobs) / iopsOf(row)));
