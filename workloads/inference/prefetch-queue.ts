/**
 * Which reads ahead start when. Planned objects wait in the order in which they were named; the first starts as soon as
 * the rules allow it, and what still waits when its layer is reached is forgotten: the demand has taken over.
 */
import type { BufferManager } from './buffer-manager.ts';
import { type Catalogue, TRUNK_PARTS } from './catalogue.ts';

export interface PrefetchRules {
  /** Start a read ahead only while no step waits for a read. */
  readonly idleOnly: boolean;
  /** Most bytes being read ahead at a time; an object larger than that is never read ahead. */
  readonly byteBudget: number;
  /** Give up what is on its way when its layer is reached and does not want it. */
  readonly cancel: boolean;
  /** `read` into the program's cache, or `hint` the kernel to read into its page cache, which cannot be taken back. */
  readonly style: 'read' | 'hint';
}

export class PrefetchQueue {
  private readonly buffers: BufferManager;
  private readonly rules: PrefetchRules;
  private readonly catalogue: Catalogue;
  private waiting: { layer: number; id: number }[] = [];
  /** Objects read ahead for each MoE layer that has not been reached since. */
  private readonly started: number[][];

  /** @param layers MoE layers */
  constructor(buffers: BufferManager, rules: PrefetchRules, catalogue: Catalogue, layers: number) {
    this.buffers = buffers;
    this.rules = rules;
    this.catalogue = catalogue;
    this.started = Array.from({ length: layers }, () => []);
    buffers.onRoom = () => this.startAllowed();
  }

  plan(layer: number, id: number): void {
    this.waiting.push({ layer, id });
    this.startAllowed();
  }

  /** Reads ahead the unpinned parts of a layer (-1: the head), which need no prediction, if they may start now. */
  readParts(layer: number): void {
    for (const part of TRUNK_PARTS) {
      const id = this.catalogue.partOf(layer, part);
      if (id >= 0 && this.mayStart(id)) this.buffers.prefetch(id);
    }
  }

  /** The demand of the layer is known, and has been asked for. */
  reached(layer: number): void {
    this.waiting = this.waiting.filter((planned) => planned.layer !== layer);
    for (const id of this.started[layer]) {
      if (this.rules.style === 'hint') this.buffers.hints.drop(id);
      else if (this.rules.cancel) this.buffers.cancelPrefetch(id);
    }
    this.started[layer].length = 0;
  }

  private startAllowed(): void {
    let next = 0;
    while (next < this.waiting.length && this.mayStart(this.waiting[next].id)) {
      const { layer, id } = this.waiting[next++];
      const started = this.rules.style === 'hint' ? this.buffers.hint(id) : this.buffers.prefetch(id);
      if (started) this.started[layer].push(id);
    }
    if (next > 0) this.waiting.splice(0, next);
  }

  private mayStart(id: number): boolean {
    const { idleOnly, byteBudget } = this.rules;
    if (idleOnly && this.buffers.demandReads > 0) return false;
    return this.buffers.aheadBytes + this.catalogue.bytes[id] <= byteBudget;
  }
}
