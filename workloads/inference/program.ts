/**
 * The simulated inference program: loads the pinned part of the model, runs the prompt, then generates tokens one by
 * one, layer by layer: attention, router, experts, head.
 *
 * It is one process of the simulation; all its waiting is either for its own computation or for objects to land.
 * Execution modes (issue of reads and order of computation):
 *
 * - synchronous: a layer's missing experts are all asked for, all waited for, then computed in order;
 * - overlapped: they are asked for, and while they fly the shared expert and the resident experts are computed, then
 *   each missing one in the order in which it lands.
 *
 * With a prefetcher, reads for later layers follow the demand reads, and are given up when their layer has passed.
 */
import type { Host } from '../../devices/index.ts';
import type { Plan, Prefetcher } from '../../policies/index.ts';
import type { Picoseconds, Simulation, Wait } from '../../sim/index.ts';
import type { Model } from '../models/index.ts';
import type { BufferManager } from './buffer-manager.ts';
import { HIT } from './cache-counts.ts';
import type { Catalogue, TrunkPart } from './catalogue.ts';
import type { DemandSequence } from './demand-sequence.ts';
import type { PrefetchQueue } from './prefetch-queue.ts';
import type { Recorder } from './recorder.ts';
import type { SoftwareCosts } from './software-costs.ts';
import type { Step, StepCosts } from './token-steps.ts';

export type Execution = 'synchronous' | 'overlapped';

export interface ProgramOptions {
  readonly model: Model;
  readonly catalogue: Catalogue;
  readonly costs: StepCosts;
  readonly sequence: DemandSequence;
  readonly promptTokens: number;
  readonly generateTokens: number;
  /** Tokens of context before the prompt. */
  readonly contextTokens: number;
  readonly execution: Execution;
  /** Threads of the matrix work. */
  readonly threads: number;
  /** Reads ahead of demand; absent: none. */
  readonly prefetcher?: Prefetcher;
  readonly prefetchQueue: PrefetchQueue;
  /** Experts' objects not worth reading ahead, as they are dropped. */
  readonly dropped?: Uint8Array;
  /** The prompt's misses are read around the cache. */
  readonly bypassPrompt: boolean;
  /** Processor time of one prediction, on the program's path. */
  readonly predictionCost: Picoseconds;
  readonly software: SoftwareCosts;
  /** Read the unpinned trunk parts of the next layer while this one computes. */
  readonly nextLayerParts: boolean;
  /** Reads the pinned part at the start. */
  readonly load: Wait;
  /** Called when a token is complete. */
  readonly onToken: (token: number) => void;
}

type Steps = Generator<Wait, void, void>;

export class Program {
  finished = false;
  private readonly sim: Simulation;
  private readonly host: Host;
  private readonly buffers: BufferManager;
  private readonly recorder: Recorder;
  private readonly options: ProgramOptions;
  private readonly moeIndex: Int32Array;
  /** Next batch of the demand sequence. */
  private cursor = 0;

  constructor(
    sim: Simulation,
    host: Host,
    buffers: BufferManager,
    recorder: Recorder,
    options: ProgramOptions,
  ) {
    this.sim = sim;
    this.host = host;
    this.buffers = buffers;
    this.recorder = recorder;
    this.options = options;
    this.moeIndex = new Int32Array(options.model.layers).fill(-1);
    options.model.moeLayers.forEach((layer, index) => {
      this.moeIndex[layer] = index;
    });
  }

  /** The whole run, as a process: sim.spawn(program.run()). */
  *run(): Steps {
    const { promptTokens, contextTokens, generateTokens, load } = this.options;
    this.recorder.phase('load');
    yield load;
    this.recorder.phase('prefill');
    if (promptTokens > 0) yield* this.pass(promptTokens, contextTokens + promptTokens, -1);
    this.recorder.phase('decode');
    for (let token = 0; token < generateTokens; token++) {
      this.recorder.tokenBegins(token);
      yield* this.pass(1, contextTokens + promptTokens + token + 1, token);
      this.recorder.tokenEnds(token);
      this.options.onToken(token);
    }
    this.recorder.phase('done');
    this.finished = true;
  }

  /** One pass over all layers for `rows` tokens at once; token is -1 in the prefill. */
  private *pass(rows: number, context: number, token: number): Steps {
    const { model, costs, prefetcher, prefetchQueue, nextLayerParts, software } = this.options;
    yield* this.software('pass', software.perToken);
    if (token >= 0) prefetcher?.begin?.(token, this.plan);
    for (let layer = 0; layer < model.layers; layer++) {
      yield* this.software('layer', software.perLayer);
      if (nextLayerParts) prefetchQueue.readParts(layer + 1 === model.layers ? -1 : layer + 1);
      yield* this.partStep(layer, 'attention', costs.attention(layer, rows, context));
      const moe = this.moeIndex[layer];
      if (moe < 0) yield* this.partStep(layer, 'dense', costs.dense(layer, rows));
      else yield* this.mixture(layer, moe, rows, token);
    }
    yield* this.partStep(-1, 'embeddings', costs.head());
  }

  /** A step whose weights are pinned, or one object of the demand sequence. */
  private *partStep(layer: number, part: TrunkPart, step: Step): Steps {
    if (this.options.catalogue.partOf(layer, part) < 0) {
      yield* this.compute(step);
      return;
    }
    const batch = this.demand();
    yield* this.allOf(batch);
    yield* this.compute(step);
    this.release(batch);
  }

  private *mixture(layer: number, moe: number, rows: number, token: number): Steps {
    const { costs, execution, catalogue } = this.options;
    yield* this.compute(costs.router(layer, rows));
    const overlapped = execution === 'overlapped';
    const sharedIsObject = catalogue.partOf(layer, 'shared-experts') >= 0;
    const sharedBatch = sharedIsObject ? this.demand() : -1;
    const waves = rows === 1 ? 1 : this.wavesLeft(moe);
    let batch = this.demand();
    if (token >= 0) {
      this.options.prefetchQueue.reached(moe);
      yield* this.predict(token, moe);
    }
    if (overlapped) yield* this.sharedStep(layer, rows, sharedBatch);
    for (let wave = 1; wave <= waves; wave++) {
      const ahead = overlapped && wave < waves ? this.demand() : -1;
      if (overlapped) yield* this.asTheyLand(batch, layer);
      else yield* this.allThenInOrder(batch, layer);
      this.release(batch);
      if (wave < waves) batch = overlapped ? ahead : this.demand();
    }
    if (!overlapped) yield* this.sharedStep(layer, rows, sharedBatch);
  }

  private *sharedStep(layer: number, rows: number, batch: number): Steps {
    if (batch >= 0) yield* this.allOf(batch);
    yield* this.compute(this.options.costs.shared(layer, rows));
    if (batch >= 0) this.release(batch);
  }

  private *allThenInOrder(batch: number, layer: number): Steps {
    yield* this.allOf(batch);
    const { sequence, costs } = this.options;
    for (let i = sequence.batchStart[batch]; i < sequence.batchStart[batch + 1]; i++)
      yield* this.compute(costs.expert(layer, sequence.rows[i]));
  }

  private *asTheyLand(batch: number, layer: number): Steps {
    const { sequence, costs } = this.options;
    const from = sequence.batchStart[batch];
    const to = sequence.batchStart[batch + 1];
    const done = new Uint8Array(to - from);
    for (let left = to - from; left > 0; ) {
      let next = from;
      while (next < to && (done[next - from] === 1 || !this.buffers.ready(sequence.ids[next]))) next++;
      if (next === to) {
        yield* this.landing();
        continue;
      }
      done[next - from] = 1;
      left--;
      yield* this.manage(next, next + 1);
      yield* this.compute(costs.expert(layer, sequence.rows[next]));
    }
  }

  /** Waits until everything of the batch is in memory. */
  private *allOf(batch: number): Steps {
    const { sequence } = this.options;
    const [from, to] = [sequence.batchStart[batch], sequence.batchStart[batch + 1]];
    for (let i = from; i < to; i++) while (!this.buffers.ready(sequence.ids[i])) yield* this.landing();
    yield* this.manage(from, to);
  }

  /** The software cost of taking in what requests [from, to) of the sequence did not find resident. */
  private *manage(from: number, to: number): Steps {
    const { sequence, software, catalogue } = this.options;
    let time = 0;
    for (let i = from; i < to; i++)
      if (this.buffers.outcomes[i] !== HIT)
        time += software.perRead + catalogue.bytes[sequence.ids[i]] * software.perByte;
    yield* this.software('manage cache', Math.round(time));
  }

  /** Processor time of the program itself, on its path. */
  private *software(name: string, time: Picoseconds): Steps {
    if (time === 0) return;
    const begin = this.sim.now;
    yield this.sim.delay(time);
    this.recorder.spent('software', name, begin, this.sim.now);
  }

  private *landing(): Steps {
    const begin = this.sim.now;
    yield this.buffers.landed.wait;
    this.recorder.spent('wait', 'wait for weights', begin, this.sim.now);
  }

  private *compute(step: Step): Steps {
    const begin = this.sim.now;
    const { flops, bytes, name } = step;
    yield (done, a) => this.host.compute(flops, bytes, this.options.threads, done, a, name);
    this.recorder.spent('compute', step.name, begin, this.sim.now);
  }

  /** Asks for the next batch of the demand sequence. */
  private demand(): number {
    const { sequence, bypassPrompt } = this.options;
    const batch = this.cursor++;
    const bypass = bypassPrompt && batch < sequence.prefillBatches;
    this.buffers.request(sequence.ids, sequence.batchStart[batch], sequence.batchStart[batch + 1], bypass);
    return batch;
  }

  private release(batch: number): void {
    const { sequence } = this.options;
    this.buffers.release(sequence.ids, sequence.batchStart[batch], sequence.batchStart[batch + 1]);
  }

  /** Batches, from the cursor on, that belong to the same MoE layer. */
  private wavesLeft(moe: number): number {
    const { sequence, model } = this.options;
    let waves = 0;
    for (let b = this.cursor; b < sequence.prefillBatches; b++, waves++) {
      const id = sequence.ids[sequence.batchStart[b]];
      if (Math.floor(id / model.experts) !== moe) break;
    }
    return waves;
  }

  private *predict(token: number, moe: number): Steps {
    const { prefetcher, predictionCost } = this.options;
    if (!prefetcher) return;
    yield* this.software('predict', predictionCost);
    prefetcher.predict(token, moe, this.plan);
  }

  private readonly plan: Plan = (_, layer, expert) => {
    const id = layer * this.options.model.experts + expert;
    if (this.options.dropped?.[id] !== 1) this.options.prefetchQueue.plan(layer, id);
  };
}
