/**
 * One simulated run of the inference program: puts catalogue, demand sequence, cache, prefetcher and program together on
 * a host and an I/O interface, and runs it to its end.
 *
 * The plain-option door of this room: no units, no files. Instants in ps, sizes in bytes.
 */
import type { Host, IoInterface } from '../../devices/index.ts';
import type { Prefetcher, RoutedTruth } from '../../policies/index.ts';
import type { Picoseconds, Simulation, Wait } from '../../sim/index.ts';
import type { GgmlType, KvChoice, Model } from '../models/index.ts';
import { expertAt, type RoutedTokens } from '../routing/index.ts';
import { BufferManager } from './buffer-manager.ts';
import type { CacheCounts } from './cache-counts.ts';
import { buildCatalogue, type Catalogue, type TrunkPart } from './catalogue.ts';
import { type CacheOptions, createCache } from './create-cache.ts';
import { type DemandSequence, demandSequence, waveExperts } from './demand-sequence.ts';
import type { PrefetchTotals } from './prefetch-account.ts';
import { PrefetchQueue, type PrefetchRules } from './prefetch-queue.ts';
import { type Execution, Program } from './program.ts';
import { type Phase, Recorder } from './recorder.ts';
import { Residency } from './residency.ts';
import { NO_SOFTWARE_COSTS, type SoftwareCosts } from './software-costs.ts';
import { stepCosts } from './token-steps.ts';

export interface DecodeOptions extends CacheOptions {
  readonly model: Model;
  readonly kv: { readonly choice: KvChoice; readonly type: GgmlType };
  /** The prompt's tokens, then the generated ones. */
  readonly routing: RoutedTokens;
  readonly promptTokens: number;
  /** Experts' objects that are asked for as the first of a choice only (a lossy option); absent: none. */
  readonly dropped?: Uint8Array;
  /** Tokens of context before the prompt; their KV cache is read, they cost no prefill. */
  readonly contextTokens: number;
  /** Generated tokens before the measured window. */
  readonly warmupTokens: number;
  /** Parts of the trunk that are read at load and stay. */
  readonly pin: readonly TrunkPart[];
  /** Eviction policy, such as `lru` or `clock:bits=2`. */
  readonly policy: string;
  /** Share of the experts' requests that hit, whatever policy and capacity would do; no prefetching then. */
  readonly hitRatio?: number;
  readonly execution: Execution;
  /** Threads of the matrix work. */
  readonly threads: number;
  /** A step's objects are looked up together before any is inserted, or one by one; default layer. */
  readonly batch?: 'one' | 'layer';
  /** The prompt's misses are inserted, or read around the cache; default insert. */
  readonly prompt?: 'insert' | 'bypass';
  /** Makes the prefetcher; absent: none. */
  readonly prefetcher?: (truth: RoutedTruth) => Prefetcher;
  /** Default: whenever planned, without limit, cancelled when wrong, into the cache. */
  readonly prefetchRules?: Partial<PrefetchRules>;
  /** Processor time of one prediction, on the program's path. */
  readonly predictionCost?: Picoseconds;
  /** Of the program itself, on its path; default: none. */
  readonly software?: SoftwareCosts;
  readonly nextLayerParts?: boolean;
  /** Called when a phase begins, and at the first measured token with 'window'. */
  readonly onPhase?: (phase: Phase | 'window') => void;
  /** Called when a generated token is complete. */
  readonly onToken?: (token: number) => void;
}

/** Everything a result is made of. Tallies are sums since the start; `atPhase` holds them as each phase began. */
export interface DecodeOutcome {
  readonly catalogue: Catalogue;
  readonly sequence: DemandSequence;
  readonly recorder: Recorder;
  readonly total: Tally;
  readonly atPhase: ReadonlyMap<Phase | 'window', Tally>;
  /** Hits and requests of each generated token. */
  readonly tokenHits: Float64Array;
  readonly tokenRequests: Float64Array;
  /** Of each request of the sequence: MISS, HIT or JOIN. */
  readonly outcomes: Uint8Array;
  readonly residency: Residency;
}

/** Sums at an instant. */
export interface Tally {
  readonly counts: Omit<CacheCounts, 'record'>;
  readonly prefetched: PrefetchTotals;
  readonly evictions: number;
}

export function runDecode(
  sim: Simulation,
  host: Host,
  io: IoInterface,
  options: DecodeOptions,
): DecodeOutcome {
  const { model, routing, promptTokens, cacheBytes, hitRatio } = options;
  const generateTokens = routing.tokens - promptTokens;
  const catalogue = buildCatalogue(model, options.pin);
  const wave = waveExperts(model, cacheBytes, options.scope);
  const sequence = demandSequence({
    model,
    catalogue,
    routing,
    promptTokens,
    dropped: options.dropped,
    wave,
  });
  const kept = hitRatio === undefined ? options : { ...options, policy: 'lru', cacheBytes: 0 };
  const policy = createCache(kept.policy, catalogue, sequence, kept, (id) => buffers.evicted(id));
  const atPhase = new Map<Phase | 'window', Tally>();
  const tally = (): Tally => ({
    counts: { ...buffers.counts },
    prefetched: buffers.prefetched.totals(),
    evictions: policy.evictions,
  });
  const recorder: Recorder = new Recorder(sim, {
    generateTokens,
    warmupTokens: options.warmupTokens,
    timelineTokens: 2,
    onPhase(phase) {
      atPhase.set(phase, tally());
      options.onPhase?.(phase);
    },
  });
  const buffers: BufferManager = new BufferManager(sim, {
    catalogue,
    policy,
    io,
    observer: recorder.reads(catalogue),
    batch: options.batch ?? 'layer',
    given: hitRatio === undefined ? undefined : { hitRatio, random: sim.random('given hits') },
    requests: sequence.ids.length,
  });
  const rules = {
    idleOnly: false,
    byteBudget: Number.POSITIVE_INFINITY,
    cancel: true,
    style: 'read',
  } as const;
  const residency = new Residency(catalogue, model.moeLayers.length, generateTokens);
  const tokenHits = new Float64Array(generateTokens);
  const tokenRequests = new Float64Array(generateTokens);
  const program = new Program(sim, host, buffers, recorder, {
    model,
    catalogue,
    costs: stepCosts(model, options.kv),
    sequence,
    promptTokens,
    generateTokens,
    contextTokens: options.contextTokens,
    execution: options.execution,
    threads: options.threads,
    prefetcher: options.prefetcher?.(truthOf(routing, promptTokens)),
    prefetchQueue: new PrefetchQueue(
      buffers,
      { ...rules, ...options.prefetchRules },
      catalogue,
      model.moeLayers.length,
    ),
    dropped: options.dropped,
    bypassPrompt: options.prompt === 'bypass',
    predictionCost: options.predictionCost ?? 0,
    software: options.software ?? NO_SOFTWARE_COSTS,
    nextLayerParts: options.nextLayerParts ?? false,
    load: loadPinned(sim, io, catalogue),
    onToken(token) {
      tokenHits[token] = buffers.counts.hits;
      tokenRequests[token] = buffers.counts.requests;
      residency.sample(token, (id) => policy.contains(id));
      options.onToken?.(token);
    },
  });
  sim.spawn(program.run());
  sim.run();
  if (!program.finished)
    throw new Error(`the program waits for ever at ${sim.now} ps: an object never landed`);
  differences(tokenHits, atPhase.get('decode')!.counts.hits);
  differences(tokenRequests, atPhase.get('decode')!.counts.requests);
  return {
    catalogue,
    sequence,
    recorder,
    total: tally(),
    atPhase,
    tokenHits,
    tokenRequests,
    outcomes: buffers.outcomes,
    residency,
  };
}

/** What prefetchers may know: the routing of the generated tokens. */
function truthOf(routing: RoutedTokens, promptTokens: number): RoutedTruth {
  return {
    layers: routing.layers,
    experts: routing.experts,
    topK: routing.topK,
    tokens: routing.tokens - promptTokens,
    prompt: promptTokens,
    expertAt: (token, layer, k) => expertAt(routing, promptTokens + token, layer, k),
  };
}

/** Reads the pinned extents, all asked for at once, and goes on when the last has landed. */
function loadPinned(sim: Simulation, io: IoInterface, catalogue: Catalogue): Wait {
  return (done, a, b) => {
    let left = catalogue.pinned.length;
    if (left === 0) {
      sim.after(0, done, a, b);
      return;
    }
    const landed = sim.register(() => {
      if (--left === 0) sim.call(done, a, b);
    });
    for (const extent of catalogue.pinned) io.read(extent.offset, extent.bytes, 0, landed, 0);
  };
}

/** Running sums to differences, in place. */
function differences(sums: Float64Array, before: number): void {
  for (let i = 0; i < sums.length; i++) {
    const sum = sums[i];
    sums[i] = sum - before;
    before = sum;
  }
}
