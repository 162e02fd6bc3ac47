/**
 * What each channel does next: it carries one thing at a time, commands for targets that could take one (in turn) and data
 * that is ready (in order), and which goes first is its priority. Data of one operation is not interrupted by other data.
 */
import { IntegerQueue } from '../integer-queue.ts';
import { ReadySet } from '../ready-set.ts';
import type { ChannelPriority } from './timing.ts';

export const NOTHING = 0;
export const COMMAND = 1;
export const DATA = 2;

const NONE = -1;

export class ChannelTurns {
  readonly #priority: ChannelPriority;
  readonly #targets: number;
  readonly #ready: ReadySet[];
  readonly #data: IntegerQueue[];
  /** The operation whose data is under way, between its pieces too. */
  readonly #moving: Int32Array;
  readonly #busy: Uint8Array;
  /** After data it is a command's turn. */
  readonly #commandNext: Uint8Array;

  /** @param targets on each channel, numbered through */
  constructor(channels: number, targets: number, priority: ChannelPriority) {
    this.#priority = priority;
    this.#targets = targets;
    this.#ready = Array.from({ length: channels }, () => new ReadySet(targets));
    this.#data = Array.from({ length: channels }, () => new IntegerQueue());
    this.#moving = new Int32Array(channels).fill(NONE);
    this.#busy = new Uint8Array(channels);
    this.#commandNext = new Uint8Array(channels);
  }

  channelOf(target: number): number {
    return Math.floor(target / this.#targets);
  }

  /** Whether a target could take a command. */
  setReady(target: number, ready: boolean): void {
    const channel = Math.floor(target / this.#targets);
    this.#ready[channel].set(target - channel * this.#targets, ready);
  }

  /** An operation's data wants to cross the channel. */
  addData(channel: number, operation: number): void {
    this.#data[channel].push(operation);
  }

  /** COMMAND, DATA or NOTHING, which it is while something is under way. */
  next(channel: number): number {
    if (this.#busy[channel]) return NOTHING;
    const commands = !this.#ready[channel].empty;
    const data = this.#moving[channel] !== NONE || this.#data[channel].length > 0;
    if (!data) return commands ? COMMAND : NOTHING;
    if (!commands || this.#priority === 'data-first') return DATA;
    return this.#priority === 'command-first' || this.#commandNext[channel] ? COMMAND : DATA;
  }

  /** Takes the channel for a command. @returns its target */
  takeCommand(channel: number): number {
    this.#busy[channel] = 1;
    this.#commandNext[channel] = 0;
    return channel * this.#targets + this.#ready[channel].next();
  }

  /** Whether the next data is the first of its operation. */
  beginsData(channel: number): boolean {
    return this.#moving[channel] === NONE;
  }

  /** Takes the channel for a piece of data. @returns its operation */
  takeData(channel: number): number {
    if (this.#moving[channel] === NONE) this.#moving[channel] = this.#data[channel].shift();
    this.#busy[channel] = 1;
    this.#commandNext[channel] = 1;
    return this.#moving[channel];
  }

  /** The data under way was the operation's last. */
  endData(channel: number): void {
    this.#moving[channel] = NONE;
  }

  release(channel: number): void {
    this.#busy[channel] = 0;
  }
}
