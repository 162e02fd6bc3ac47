/**
 * One simulated run of llama.cpp with its weights mapped: load, prompt (one pass with the union of its experts), decode.
 * The program keeps no cache of its own; what is in memory is the page cache's affair.
 */
import { type MapAdvice, type MmapFile, PAGE_BYTES } from '../../devices/index.ts';
import type { Simulation } from '../../sim/index.ts';
import { CacheCounts } from './cache-counts.ts';
import { buildCatalogue } from './catalogue.ts';
import type { DecodeOptions, DecodeOutcome, Tally } from './decode.ts';
import { demandSequence } from './demand-sequence.ts';
import { schedulerOptions } from './known-demand.ts';
import type { ExpertOrder } from './llamacpp-graph.ts';
import { LlamaMmap } from './llamacpp-mmap.ts';
import { type MappedWorkOptions, mappedOperations, mappedWork } from './mapped-work.ts';
import { PrefetchAccount } from './prefetch-account.ts';
import { type Phase, Recorder } from './recorder.ts';
import { Residency } from './residency.ts';
import { passesOf } from './scheduler.ts';

export interface MappedProgram {
  /** Touch the whole file at load. */
  readonly populate: boolean;
  /** Of the mapping, after the load. */
  readonly madvise: MapAdvice;
  readonly order: ExpertOrder;
  readonly lazyExperts: boolean;
  readonly prefetchThreads: number;
}

/** `pin` names what is locked (mlock). */
type SharedOptions = Pick<
  DecodeOptions,
  | 'model'
  | 'kv'
  | 'routing'
  | 'promptTokens'
  | 'contextTokens'
  | 'warmupTokens'
  | 'pin'
  | 'threads'
  | 'dropped'
  | 'onPhase'
  | 'onToken'
>;

export interface MappedOptions extends SharedOptions, Pick<MappedWorkOptions, 'coreRate' | 'bandwidth'> {
  readonly program: MappedProgram;
}

/** The outcome's cache counts are 0: there is no cache of experts. Its residency is that of their first pages. */
export function runMapped(sim: Simulation, file: MmapFile, options: MappedOptions): DecodeOutcome {
  const { model, routing, promptTokens, contextTokens, program } = options;
  const generateTokens = routing.tokens - promptTokens;
  const catalogue = buildCatalogue(model, options.pin);
  const passes = [...passesOf(schedulerOptions(options))];
  const sequence = demandSequence({ ...options, catalogue, wave: model.experts || 1 }, passes);
  const operations = mappedOperations(model, program.order);
  const work = mappedWork(options, operations);
  const demand = new PassDemand(options);
  const residency = new Residency(catalogue, model.moeLayers.length, generateTokens);
  const nothing: Tally = {
    counts: new CacheCounts(),
    prefetched: new PrefetchAccount(0).totals(),
    evictions: 0,
  };
  const atPhase = new Map<Phase | 'window', Tally>();
  const recorder = new Recorder(sim, {
    timelineSteps: 0,
    onPhase(phase) {
      atPhase.set(phase, nothing);
      options.onPhase?.(phase);
    },
  });
  const prompts = promptTokens > 0 ? 1 : 0;
  const passBegins = (pass: number) => {
    if (pass === prompts) recorder.phase('decode');
    if (pass < passes.length) recorder.passBegins(passes[pass]);
    else recorder.phase('done');
  };
  const extentPage = (id: number) =>
    Math.floor(catalogue.extentOffset[catalogue.extentStart[id]] / PAGE_BYTES);
  recorder.phase('load');
  new LlamaMmap(sim, file, model.fileBytes, {
    operations,
    expertsOf: (pass, layer) => demand.expertsOf(pass, layer),
    tokens: passes.length,
    threads: options.threads,
    workPerByte(pass, operation, expert) {
      const rows = operation.layer < 0 ? demand.rows(pass) : demand.rowsOf(pass, operation.layer, expert);
      return work(operation, rows, contextTokens + promptTokens + pass - prompts + 1);
    },
    populate: program.populate,
    lazyExperts: program.lazyExperts,
    prefetchThreads: program.prefetchThreads,
    locked: catalogue.pinned,
    onToken(pass) {
      const token = pass - prompts;
      if (pass < 0) {
        file.readAhead.advise(program.madvise);
        recorder.phase('prefill');
      }
      if (pass >= 0) recorder.passEnds(passes[pass]);
      if (token >= 0 && pass >= 0) {
        residency.sample(token, (id) => file.cache.isCached(extentPage(id)));
        options.onToken?.(token + 1, generateTokens);
      }
      passBegins(pass + 1);
    },
  });
  sim.run();
  return {
    catalogue,
    sequence,
    recorder,
    total: nothing,
    atPhase,
    tokenHits: new Float64Array(generateTokens),
    tokenRequests: new Float64Array(generateTokens),
    outcomes: new Uint8Array(sequence.ids.length),
    residency,
  };
}

/** What each pass needs: the prompt is one pass of all its tokens, then each generated token is one. */
class PassDemand {
  private readonly options: MappedOptions;
  private readonly moeIndex: Int32Array;
  /** Prompt tokens that chose an expert of a MoE layer. */
  private readonly promptRows: Uint32Array;

  constructor(options: MappedOptions) {
    const { model, routing, promptTokens } = options;
    this.options = options;
    this.moeIndex = new Int32Array(model.layers).fill(-1);
    model.moeLayers.forEach((layer, index) => {
      this.moeIndex[layer] = index;
    });
    this.promptRows = new Uint32Array(model.moeLayers.length * model.experts);
    for (let token = 0; token < promptTokens; token++)
      for (let moe = 0; moe < model.moeLayers.length; moe++)
        this.eachServed(token, moe, (expert) => this.promptRows[moe * routing.experts + expert]++);
  }

  rows(pass: number): number {
    const { promptTokens } = this.options;
    return pass === 0 && promptTokens > 0 ? promptTokens : 1;
  }

  rowsOf(pass: number, layer: number, expert: number): number {
    const { promptTokens, routing } = this.options;
    if (pass > 0 || promptTokens === 0) return 1;
    return this.promptRows[this.moeIndex[layer] * routing.experts + expert];
  }

  expertsOf(pass: number, layer: number): number[] {
    const { promptTokens, routing } = this.options;
    const moe = this.moeIndex[layer];
    const chosen: number[] = [];
    if (pass === 0 && promptTokens > 0) {
      for (let expert = 0; expert < routing.experts; expert++)
        if (this.promptRows[moe * routing.experts + expert] > 0) chosen.push(expert);
    } else {
      const token = promptTokens > 0 ? promptTokens + pass - 1 : pass;
      this.eachServed(token, moe, (expert) => chosen.push(expert));
    }
    return chosen;
  }

  private eachServed(token: number, moe: number, visit: (expert: number) => void): void {
    const { routing, dropped } = this.options;
    const at = (token * routing.layers + moe) * routing.topK;
    for (let k = 0; k < routing.topK; k++) {
      const expert = routing.ids[at + k];
      if (k === 0 || dropped?.[moe * routing.experts + expert] !== 1) visit(expert);
    }
  }
}
