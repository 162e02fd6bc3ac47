/**
 * The `queue` fidelity of a drive from its `flash` section. What the flash model states is taken over: units (planes, dies
 * or chips, whichever takes one command at a time), channels and their rate, tR and its spread, the layout. What follows
 * from several of its parts is read off simulated fio runs of it, 4 KiB random reads unless said:
 *
 *   overheadTime     mean latency at depth 1 less the queue's without it
 *   listTime         the same at 16 KiB
 *   readRate         bandwidth of the largest command at depth 64, where that is below the queue's at the link's rate
 *   readCommandTime  1 / IOPS at depth 1,024, where that is below the queue's without it; a part of overheadTime
 *   queuedFetch      whichever comes closer to the grid
 *
 * Then both fidelities run a grid of block sizes and depths, and the differences are reported. A ceiling that the flash
 * does not show is said not to be determined. Writes are as the profile claims.
 */
import {
  FlashDevice,
  type Link,
  QueueDevice,
  type QueueParameters,
  queueParameters,
} from '../../devices/index.ts';
import type { Simulation } from '../../sim/index.ts';
import { InputError } from '../errors.ts';
import { flashOptions } from '../flash-options.ts';
import type { DriveProfile } from '../schema/drive.ts';
import { type Simulated, simulateLoad } from './load-on-device.ts';
import { sizeText } from './rows.ts';

export interface Point {
  readonly bytes: number;
  readonly depth: number;
}

/** Of a point: the queue's figures over the flash's, less 1. */
export interface Agreement extends Point {
  readonly iops: number;
  readonly p99: number;
}

export interface Derived {
  readonly parameters: QueueParameters;
  readonly points: readonly Agreement[];
  /** Names of figures that the runs do not determine. */
  readonly unknown: readonly string[];
}

/** What the two fidelities may differ by. */
export const TOLERANCE = { iops: 0.05, p99: 0.1 };
export const GRID: readonly Point[] = [4, 16, 64, 128].flatMap((kib) =>
  [1, 4, 16, 64, 256].map((depth) => ({ bytes: kib * 1024, depth })),
);
const SMALL = 4096;
const LISTED = 16384;
const SEED = 'derive';
/** A change of throughput that counts. */
const EFFECT = 0.01;

/** @throws InputError where the profile has no flash section, or the queue cannot be as fast as the flash */
export function deriveQueue(profile: DriveProfile, link: Link, grid = GRID): Derived {
  const options = flashOptions(profile, link);
  const flash = (point: Point) => load(point, (sim) => new FlashDevice(sim, options));
  const queue = (parameters: QueueParameters, point: Point) =>
    load(point, (sim) => new QueueDevice(sim, { ...profile, parameters }));
  const largest = { bytes: profile.maxTransfer, depth: 64 };
  const many = { bytes: SMALL, depth: 1024 };
  const found = structure(profile, link);
  const missing = (name: string, point: Point) => {
    const time = Math.round((flash(point).mean - queue(found, point).mean) * 1e12);
    if (time >= 0) return time;
    throw new InputError(
      `${profile.name}: ${name} cannot be determined: ${sizeText(point.bytes)} reads at depth 1 take ${-time / 1e6} us less than the ` +
        'tR, channel and link of its flash section; remove what makes them faster there (partialRead, multiPlane)',
    );
  };
  found.overheadTime = missing('overheadTime', { bytes: SMALL, depth: 1 });
  found.listTime = missing('listTime', { bytes: LISTED, depth: 1 });
  const unknown: string[] = [];
  /** Sets a ceiling that the flash shows and the queue does not have yet. */
  const limit = (name: 'readRate' | 'readCommandTime', point: Point, set: (iops: number) => void) => {
    const { iops } = flash(point);
    if (queue(found, point).iops > iops * (1 + EFFECT)) set(iops);
    else unknown.push(name);
  };
  limit('readRate', largest, (iops) => {
    found.readRate = iops * largest.bytes;
  });
  limit('readCommandTime', many, (iops) => {
    found.readCommandTime = Math.round(1e12 / iops);
    found.overheadTime = Math.max(0, found.overheadTime - found.readCommandTime);
  });
  const measured = grid.map((point) => ({ ...point, flash: flash(point) }));
  const compared = [false, true].map((queuedFetch) => {
    const parameters = { ...found, queuedFetch };
    return {
      parameters,
      points: measured.map((point) => agreement(point, queue(parameters, point), point.flash)),
    };
  });
  const best = cost(compared[0].points) <= cost(compared[1].points) ? compared[0] : compared[1];
  return { ...best, unknown };
}

/** What the flash section states. */
function structure(
  profile: DriveProfile,
  link: Link,
): { -readonly [K in keyof QueueParameters]: QueueParameters[K] } {
  const { geometry, nand, channel, allocation, dieParallelism } = profile.flash!;
  const { channels, chips, dies, planes, pageBytes } = geometry;
  const units =
    channels * chips * (dieParallelism === 'chip' ? 1 : dies) * (dieParallelism === 'plane' ? planes : 1);
  const fastest = Math.min(...nand.readTimes);
  const types = nand.readTimes.filter((time) => time > fastest);
  return {
    ...queueParameters(profile.name, { ...profile, queue: undefined }, link),
    units,
    channels,
    scattered: allocation.layout === 'aged',
    pageBytes,
    readCommandTime: 0,
    readRate: link.usableRate,
    accessTime: channel.base + channel.perPlane + fastest + (nand.readyTime ?? 0),
    nandRate: channel.rate,
    readTail: [
      ...types.map((time) => ({ share: 1 / nand.readTimes.length, extra: time - fastest })),
      ...(nand.readTail ?? []),
    ],
    overheadTime: 0,
  };
}

function load(point: Point, make: (sim: Simulation) => FlashDevice | QueueDevice): Simulated {
  return simulateLoad({ pattern: 'randread', jobs: 1, ...point }, make, SEED);
}

function agreement({ bytes, depth }: Point, queue: Simulated, flash: Simulated): Agreement {
  return {
    bytes,
    depth,
    iops: queue.iops / flash.iops - 1,
    p99: queue.percentile(99) / flash.percentile(99) - 1,
  };
}

const cost = (points: readonly Agreement[]): number =>
  points.reduce((sum, { iops, p99 }) => sum + (iops / TOLERANCE.iops) ** 2 + (p99 / TOLERANCE.p99) ** 2, 0);

export const agrees = ({ iops, p99 }: Agreement): boolean =>
  Math.abs(iops) <= TOLERANCE.iops && Math.abs(p99) <= TOLERANCE.p99;
