/**
 * The simulated inference program: loads the pinned part of the model, then makes pass after pass over its layers, each
 * for the rows that the scheduler names: attention, router, experts, head.
 *
 * It is one process of the simulation; all its waiting is for its own computation, for objects to land, or for a request
 * to arrive. Execution modes (issue of reads and order of computation):
 *
 * - synchronous: a layer's missing experts are all asked for, all waited for, then computed in order;
 * - overlapped: they are asked for, and while they fly the shared expert and the resident experts are computed, then
 *   each missing one in the order in which it lands.
 *
 * With a prefetcher, reads for later layers follow the demand reads, and are given up when their layer has passed.
 */
import type { Gpu, Host } from '../../devices/index.ts';
import type { Plan } from '../../policies/index.ts';
import type { Picoseconds, Simulation, Wait } from '../../sim/index.ts';
import type { Model } from '../models/index.ts';
import type { BufferManager } from './buffer-manager.ts';
import type { Catalogue, TrunkPart } from './catalogue.ts';
import type { Demand } from './demand-sequence.ts';
import { DemandWalk, type Steps } from './demand-walk.ts';
import type { KvStore } from './kv-store.ts';
import type { MappedTrunk } from './mapped-trunk.ts';
import type { Predictions } from './predictions.ts';
import type { PrefetchQueue } from './prefetch-queue.ts';
import { ProgramTime } from './program-time.ts';
import type { Recorder } from './recorder.ts';
import { draftsOf, type Pass, type Scheduler } from './scheduler.ts';
import type { SoftwareCosts } from './software-costs.ts';
import type { Step, StepCosts } from './token-steps.ts';
import type { VramTier } from './vram-tier.ts';

export type Execution = 'synchronous' | 'overlapped';

export interface ProgramOptions {
  readonly model: Model;
  readonly catalogue: Catalogue;
  readonly costs: StepCosts;
  readonly scheduler: Scheduler;
  /** Of all passes, or of none where the program appends each as it begins. */
  readonly demand: Demand;
  readonly appends: boolean;
  readonly execution: Execution;
  /** Threads of the matrix work. */
  readonly threads: number;
  /** Reads ahead of demand. */
  readonly predictions: Predictions;
  readonly prefetchQueue: PrefetchQueue;
  /** Experts' objects not worth reading ahead, as they are dropped. */
  readonly dropped?: Uint8Array;
  /** To draft one token, for all requests together. */
  readonly draftTime: Picoseconds;
  /** Misses of passes that hold prompts only are read around the cache. */
  readonly bypassPrompt: boolean;
  /** Processor time of one prediction, on the program's path. */
  readonly predictionCost: Picoseconds;
  readonly software: SoftwareCosts;
  /** Read the unpinned trunk parts of the next layer while this one computes. */
  readonly nextLayerParts: boolean;
  /** Reads the pinned part at the start. */
  readonly load: Wait;
  /** Parts that are mapped; absent: none. */
  readonly trunk?: MappedTrunk;
  /** The KV cache where it is on the drives; absent: in memory. */
  readonly kvStore?: KvStore;
  /** Computes everything, with the pinned parts in its memory; absent: the cores do. */
  readonly gpu?: Gpu;
  readonly vram?: VramTier;
  /** Called when a pass that gives tokens is complete; counted from 0. */
  readonly onStep: (step: number, pass: Pass) => void;
}

export class Program {
  finished = false;
  private readonly sim: Simulation;
  private readonly recorder: Recorder;
  private readonly options: ProgramOptions;
  private readonly walk: DemandWalk;
  private readonly time: ProgramTime;
  private readonly moeIndex: Int32Array;
  /** Passes that are complete and gave tokens. */
  private steps = 0;

  constructor(
    sim: Simulation,
    host: Host,
    buffers: BufferManager,
    recorder: Recorder,
    options: ProgramOptions,
  ) {
    this.sim = sim;
    this.recorder = recorder;
    this.options = options;
    this.time = new ProgramTime(sim, host, buffers, recorder, options.threads, options.gpu);
    this.walk = new DemandWalk(options.demand, buffers, options.catalogue, options.vram);
    this.moeIndex = new Int32Array(options.model.layers).fill(-1);
    options.model.moeLayers.forEach((layer, index) => {
      this.moeIndex[layer] = index;
    });
  }

  /** The whole run, as a process: sim.spawn(program.run()). */
  *run(): Steps {
    const { scheduler, predictions, load, gpu, catalogue } = this.options;
    this.recorder.phase('load');
    yield load;
    if (gpu) yield (done, a) => gpu.copy(catalogue.pinnedBytes, done, a);
    if (this.options.trunk) yield this.options.trunk.load;
    this.recorder.phase('prefill');
    if (this.options.appends) this.recorder.phase('decode');
    const ready = this.sim.now;
    for (;;) {
      const pass = scheduler.next(this.sim.now - ready);
      if (pass) {
        yield* this.recorded(pass);
        scheduler.completed(pass, this.sim.now - ready);
        for (const { request } of pass.groups) if (scheduler.isFinished(request)) predictions.drop(request);
      } else if (scheduler.nextArrival < Infinity) yield* this.time.idle(ready + scheduler.nextArrival);
      else break;
    }
    this.recorder.phase('done');
    this.finished = true;
  }

  private *recorded(pass: Pass): Steps {
    const { demand, appends, onStep } = this.options;
    if (appends) demand.append(pass);
    if (!appends && pass.decodes && this.steps === 0) this.recorder.phase('decode');
    this.recorder.passBegins(pass);
    yield* this.pass(pass);
    this.recorder.passEnds(pass);
    if (pass.gives > 0) onStep(this.steps++, pass);
  }

  /** One pass over all layers. */
  private *pass(pass: Pass): Steps {
    const { draftTime, model, costs, predictions, prefetchQueue, nextLayerParts, bypassPrompt, software } =
      this.options;
    const { groups, rows, heads } = pass;
    yield* this.time.software('pass', software.perToken);
    yield* this.time.software('draft', draftsOf(pass) * draftTime);
    this.walk.beginPass(bypassPrompt && !pass.decodes);
    predictions.begin(pass, this.plan);
    for (let layer = 0; layer < model.layers; layer++) {
      yield* this.time.software('layer', software.perLayer);
      if (nextLayerParts) prefetchQueue.readParts(layer + 1 === model.layers ? -1 : layer + 1);
      yield* this.attention(layer, groups);
      const moe = this.moeIndex[layer];
      if (moe < 0) yield* this.partStep(layer, 'dense', costs.dense(layer, rows));
      else yield* this.mixture(layer, moe, pass);
    }
    if (heads > 0) yield* this.partStep(-1, 'embeddings', costs.head(heads));
  }

  private *attention(layer: number, groups: Pass['groups']): Steps {
    const { kvStore, costs } = this.options;
    if (kvStore) {
      const begin = this.sim.now;
      yield kvStore.begin(layer, groups);
      this.recorder.spent('wait', 'wait for KV cache', begin, this.sim.now);
    }
    yield* this.partStep(layer, 'attention', costs.attention(layer, groups));
    kvStore?.end(layer, groups);
  }

  /** A step whose weights are pinned, or one object of the demand sequence. */
  private *partStep(layer: number, part: TrunkPart, step: Step): Steps {
    if (this.options.catalogue.partOf(layer, part) < 0) {
      yield* this.touch(layer, part);
      yield* this.time.compute(step);
      return;
    }
    const batch = this.walk.next();
    yield* this.allOf(batch);
    yield* this.time.compute(step);
    this.walk.release(batch);
  }

  /** Faults on what is not in memory of a part that is mapped. */
  private *touch(layer: number, part: TrunkPart): Steps {
    const { trunk } = this.options;
    if (!trunk?.has(layer, part)) return;
    const begin = this.sim.now;
    yield trunk.touch(layer, part);
    this.recorder.spent('wait', 'page faults', begin, this.sim.now);
  }

  private *mixture(layer: number, moe: number, pass: Pass): Steps {
    const { costs, execution, catalogue } = this.options;
    const { walk } = this;
    yield* this.time.compute(costs.router(layer, pass.rows));
    const overlapped = execution === 'overlapped';
    const sharedIsObject = catalogue.partOf(layer, 'shared-experts') >= 0;
    const sharedBatch = sharedIsObject ? walk.next() : -1;
    const waves = walk.wavesLeft(moe);
    let batch = walk.next();
    if (pass.decodes) {
      this.options.prefetchQueue.reached(moe);
      yield* this.predict(pass, moe);
    }
    if (overlapped) yield* this.sharedStep(layer, pass.rows, sharedBatch);
    for (let wave = 1; wave <= waves; wave++) {
      const ahead = overlapped && wave < waves ? walk.next() : -1;
      if (overlapped) yield* this.asTheyLand(batch, layer);
      else yield* this.allThenInOrder(batch, layer);
      walk.release(batch);
      if (wave < waves) batch = overlapped ? ahead : walk.next();
    }
    if (!overlapped) yield* this.sharedStep(layer, pass.rows, sharedBatch);
  }

  private *sharedStep(layer: number, rows: number, batch: number): Steps {
    if (batch >= 0) yield* this.allOf(batch);
    yield* this.touch(layer, 'shared-experts');
    yield* this.time.compute(this.options.costs.shared(layer, rows));
    if (batch >= 0) this.walk.release(batch);
  }

  private *allThenInOrder(batch: number, layer: number): Steps {
    yield* this.allOf(batch);
    const { walk } = this;
    for (let i = walk.from(batch); i < walk.to(batch); i++)
      yield* this.time.compute(this.options.costs.expert(layer, walk.rowsOf(i)));
  }

  private *asTheyLand(batch: number, layer: number): Steps {
    const { walk } = this;
    const from = walk.from(batch);
    const to = walk.to(batch);
    const done = new Uint8Array(to - from);
    for (let left = to - from; left > 0; ) {
      let next = from;
      while (next < to && (done[next - from] === 1 || !walk.isReady(next))) next++;
      if (next === to) {
        yield* this.time.landing();
        continue;
      }
      done[next - from] = 1;
      left--;
      yield* this.manage(next, next + 1);
      yield* this.time.compute(this.options.costs.expert(layer, walk.rowsOf(next)));
    }
  }

  /** Waits until everything of the batch is in memory. */
  private *allOf(batch: number): Steps {
    const [from, to] = [this.walk.from(batch), this.walk.to(batch)];
    for (let i = from; i < to; i++) while (!this.walk.isReady(i)) yield* this.time.landing();
    yield* this.manage(from, to);
  }

  /** The software cost of taking in what requests [from, to) of the demand did not find resident. */
  private *manage(from: number, to: number): Steps {
    const { software } = this.options;
    let time = 0;
    for (let i = from; i < to; i++) {
      const bytes = this.walk.bytesTaken(i);
      if (bytes > 0) time += software.perRead + bytes * software.perByte;
    }
    yield* this.time.software('manage cache', Math.round(time));
  }

  private *predict(pass: Pass, moe: number): Steps {
    const { predictions, predictionCost } = this.options;
    yield* this.time.software('predict', predictionCost * predictions.rowsOf(pass));
    predictions.predict(pass, moe, this.plan);
  }

  private readonly plan: Plan = (_, layer, expert) => {
    const id = layer * this.options.model.experts + expert;
    if (this.options.dropped?.[id] !== 1) this.options.prefetchQueue.plan(layer, id);
  };
}
