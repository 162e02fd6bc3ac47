/**
 * Times of the flash: the array of a die, and its channel.
 *
 * A read of n planes takes on the channel  base + n perPlane + (n - 1) planeBusy,  in the array the read time of the page
 * type, and then moves its pages at the channel's rate. With ONFI's names: base = tCS + tWB + tRR, perPlane = 6 tWC
 * (command, five address cycles), planeBusy = tDBSY, read time = tR, + tRR-like `readyTime` until the controller has
 * seen ready/busy. Source: ONFI 5.1 section 5 (command definition), MQSim 7ec40e3 ONFI_Channel_NVDDR2.
 */
import type { Picoseconds } from '../../sim/index.ts';
import type { TailStep } from '../queue-parameters.ts';

export interface NandTiming {
  /** tR of each page type; the type of a page is its number in the block modulo their count (LSB, CSB, MSB). */
  readonly readTimes: readonly Picoseconds[];
  /** tR of each page type when no more than `bytes` of the page are wanted; default as `readTimes`. */
  readonly partialRead?: { readonly bytes: number; readonly readTimes: readonly Picoseconds[] };
  /** From the end of an array operation to the controller's knowing it; default 0. */
  readonly readyTime?: Picoseconds;
  /** Slower array reads (read retry); default none. */
  readonly readTail?: readonly TailStep[];
  /** Planes of a die read one page offset together; default true. */
  readonly multiPlane?: boolean;
  /** The array reads the next page while the register is moved out; default true. */
  readonly cacheRead?: boolean;
}

/** What is programmed: data from the host, the same into the SLC cache, a copy of garbage collection. */
export const HOST_PROGRAM = 0;
export const SLC_PROGRAM = 1;
export const COPY_PROGRAM = 2;

/** Programs and erases of a target, with reads that may interrupt them. */
export interface ProgramTiming {
  /** tPROG of a program, by turns (page types). */
  readonly programTimes: readonly Picoseconds[];
  /** Time of a program into the SLC cache, of as many bytes; default the same. */
  readonly slcProgramTime?: Picoseconds;
  /** Pages of each plane that a program writes at once: 3 for one-shot TLC. */
  readonly pagesAtOnce: number;
  /** tBERS. */
  readonly eraseTime: Picoseconds;
  /** Reads that may start on a target before a program that waits there; default as many as come. */
  readonly readsFirst?: number;
  /** Reads interrupt programs and erases; absent: they wait. */
  readonly suspend?: {
    /** From the suspend command to the array's being free. */
    readonly time: Picoseconds;
    /** Added to the rest of the operation when it resumes. */
    readonly resume: Picoseconds;
    /** Most suspensions of one operation; from then on reads wait for its end. */
    readonly limit: number;
  };
}

export const CHANNEL_PRIORITIES = ['interleave', 'data-first', 'command-first'] as const;
/**
 * What a free channel does when both wait: commands and data in turn, and the channel is free during planeBusy; or data
 * before commands, or commands before data, either of which holds the channel during planeBusy.
 */
export type ChannelPriority = (typeof CHANNEL_PRIORITIES)[number];

export interface ChannelTiming {
  /** Bytes per second. */
  readonly rate: number;
  readonly base: Picoseconds;
  readonly perPlane: Picoseconds;
  readonly planeBusy: Picoseconds;
  /** Default interleave. */
  readonly priority?: ChannelPriority;
}

export const DIE_PARALLELISMS = ['plane', 'die', 'chip'] as const;
/** What takes one command at a time: each plane by itself (independent plane reads), a die, or a whole chip. */
export type DieParallelism = (typeof DIE_PARALLELISMS)[number];
