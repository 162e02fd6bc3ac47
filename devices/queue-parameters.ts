/**
 * From what is known of a drive (its data sheet and a measured latency) to the parameters of the `queue` fidelity.
 *
 * Let X be the claimed 4 KiB random-read IOPS at depth n, L the mean latency at depth 1, B the claimed read bandwidth.
 *
 *   rate            = min(B, usable rate of the link)
 *   readCommandTime = 1 / X                                         the controller's ceiling on reads
 *   writeCommandTime = 1 / max(X, claimed write IOPS)               and on writes, where the medium is not the ceiling
 *   overheadTime    = 0                                             claims do not tell it from the time of a unit
 *   S               = L - readCommandTime - 4 KiB / rate            mean time a unit is taken by a 4 KiB read
 *   accessTime      = S - sum of share x extra over the tail        the constant part of it
 *   page read       = accessTime + (page - 4 KiB) / nandRate        the rest of the page crosses the NAND interface
 *   units           = ceil(max(X S (n - 1) / (n - X S), B x page read / page))
 *
 * The first term of the last line is the number of servers, to which requests go at random, at which a closed network of
 * n customers has throughput X (exponential service: X = units / S x n / (n + units - 1), product form; service that
 * varies less does better, and the controller holds it at X); the second is Little's law for whole pages.
 */
import type { Picoseconds } from '../sim/index.ts';
import { duration, ps, toSeconds } from '../sim/index.ts';
import { checkClaim, type Link } from './link.ts';

/** Now and then a read takes longer: other page types, read retries. */
export interface TailStep {
  /** Share of the reads, 0 to 1. */
  readonly share: number;
  /** By how much they are longer than the rest, in ps. */
  readonly extra: Picoseconds;
}

/** What is said of a drive. Bytes, bytes/s, operations/s, ps. */
export interface DriveClaims {
  readonly readBandwidth: number;
  readonly writeBandwidth: number;
  /** 4 KiB random. */
  readonly readIops: number;
  readonly writeIops: number;
  /** Commands in flight at which `readIops` is claimed. */
  readonly readIopsDepth: number;
  /** Mean of a 4 KiB read at depth 1, tail included. */
  readonly readLatency: Picoseconds;
  readonly readTail?: readonly TailStep[];
  /** Of a 4 KiB write at depth 1. */
  readonly writeLatency: Picoseconds;
  /** Bytes that one access to the medium brings. */
  readonly pageBytes: number;
  /** Bytes per second of a unit's interface; Infinity where it costs nothing. */
  readonly nandRate: number;
  /** Calibrated parameters; they take the place of derived ones. */
  readonly queue?: QueueParameters;
}

/** The parameters of QueueDevice; see there. */
export interface QueueParameters {
  readonly readCommandTime: Picoseconds;
  readonly writeCommandTime: Picoseconds;
  /** Commands that the controller takes at once, for that time each; default 1. */
  readonly cores?: number;
  /** Of a read, in which it holds neither controller nor unit. */
  readonly overheadTime: Picoseconds;
  readonly units: number;
  readonly pageBytes: number;
  readonly accessTime: Picoseconds;
  readonly nandRate: number;
  readonly readTail: readonly TailStep[];
  /** Channels that the units share; default: each unit has its own. */
  readonly channels?: number;
  /** Pages lie on units by a hash, not in turn; default false. */
  readonly scattered?: boolean;
  /** Of a read of more than 8 KiB, besides overheadTime; default 0. */
  readonly listTime?: Picoseconds;
  /** Pages, and requests for entries and PRP lists, cross the link in turn, not a read's data as a whole; default false. */
  readonly pageTransfers?: boolean;
  /** Commands that the controller works on at once; default Infinity. */
  readonly commandSlots?: number;
  readonly readRate: number;
  readonly writeRate: number;
  /** Bytes per second and commands per second that the medium takes in. */
  readonly programRate: number;
  readonly programIops: number;
  /** Writes that the medium has not taken in and that are complete all the same; default 0. */
  readonly bufferBytes?: number;
  /** From a write's data being in the device to its completion, when the buffer has room. */
  readonly acknowledgeTime: Picoseconds;
}

/** What a 4 KiB read or write moves: the size of the claims. */
const CLAIM_BYTES = 4096;

/**
 * Holds every rate claimed of a drive against its link.
 * @returns warnings, one for each claim above the usable rate
 * @throws ImpossibleClaimError for a claim above the raw rate
 */
export function checkClaims(device: string, claims: DriveClaims, link: Link): string[] {
  const rates: [string, number][] = [
    ['read bandwidth', claims.readBandwidth],
    ['write bandwidth', claims.writeBandwidth],
    ['4 KiB random read rate', claims.readIops * CLAIM_BYTES],
    ['4 KiB random write rate', claims.writeIops * CLAIM_BYTES],
  ];
  return rates.flatMap(([claim, rate]) => checkClaim(device, claim, rate, link) ?? []);
}

/** Derives the parameters by the formulas above. Throws RangeError where the claims contradict each other. */
export function queueParameters(device: string, claims: DriveClaims, link: Link): QueueParameters {
  if (claims.queue) {
    const { queue } = claims;
    const limited = (rate: number) => Math.min(rate, link.usableRate);
    return { ...queue, readRate: limited(queue.readRate), writeRate: limited(queue.writeRate) };
  }
  const { readIops, readIopsDepth, readBandwidth, pageBytes, nandRate, readTail = [] } = claims;
  const readRate = Math.min(readBandwidth, link.usableRate);
  const readCommandTime = duration(1, readIops);
  const writeCommandTime = duration(1, Math.max(readIops, claims.writeIops));
  const tail = readTail.reduce((sum, { share, extra }) => sum + share * extra, 0);
  const unitTime = claims.readLatency - readCommandTime - duration(CLAIM_BYTES, readRate);
  const accessTime = ps(unitTime - tail);
  if (!(accessTime > 0)) {
    throw new RangeError(
      `${device}: a read latency of ${toSeconds(claims.readLatency) * 1e6} us leaves nothing for the medium ` +
        `after controller, link and tail (${toSeconds(claims.readLatency - accessTime) * 1e6} us); ` +
        'raise the latency or the rates, or shorten the tail',
    );
  }
  const busy = readIops * toSeconds(unitTime);
  if (!(busy < readIopsDepth)) {
    throw new RangeError(
      `${device}: ${readIops} IOPS at ${toSeconds(claims.readLatency) * 1e6} us need at least ${Math.ceil(busy)} reads ` +
        `in flight (Little's law); readIopsDepth is ${readIopsDepth}`,
    );
  }
  const randomUnits = (busy * (readIopsDepth - 1)) / (readIopsDepth - busy);
  const pageTime = unitTime + duration(Math.max(0, pageBytes - CLAIM_BYTES), nandRate);
  const streamUnits = (readRate * toSeconds(pageTime)) / pageBytes;
  const writeRate = link.usableRate;
  return {
    readCommandTime,
    writeCommandTime,
    overheadTime: 0,
    units: Math.ceil(Math.max(randomUnits, streamUnits)),
    pageBytes,
    accessTime,
    nandRate,
    readTail,
    readRate,
    writeRate,
    programRate: claims.writeBandwidth,
    programIops: claims.writeIops,
    acknowledgeTime: Math.max(0, claims.writeLatency - writeCommandTime - duration(CLAIM_BYTES, writeRate)),
  };
}

/** What a draw of the tail adds: `share` of the draws take `extra` longer. Draws nothing where there is no tail. */
export function drawTail(tail: readonly TailStep[], random: () => number): Picoseconds {
  if (tail.length === 0) return 0;
  let draw = random();
  for (const { share, extra } of tail) {
    if (draw < share) return extra;
    draw -= share;
  }
  return 0;
}
