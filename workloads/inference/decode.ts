/**
 * One simulated run of the inference program: puts catalogue, demand sequence, cache, prefetcher and program together on
 * a host and an I/O interface, and runs it to its end.
 *
 * The plain-option door of this room: no units, no files. Instants in ps, sizes in bytes.
 */
import type { Gpu, Host, IoInterface, MmapFile } from '../../devices/index.ts';
import type { Picoseconds, Simulation, Wait } from '../../sim/index.ts';
import type { GgmlType, KvChoice, Model } from '../models/index.ts';
import type { RoutedTokens } from '../routing/index.ts';
import { BufferManager } from './buffer-manager.ts';
import type { CacheCounts } from './cache-counts.ts';
import { buildCatalogue, type Catalogue, type TrunkPart } from './catalogue.ts';
import { type CacheOptions, createCache } from './create-cache.ts';
import { Demand, type DemandSequence } from './demand-sequence.ts';
import { type Given, givenHits } from './given-hits.ts';
import { demandOptions, schedulerOptions, sequenceOf } from './known-demand.ts';
import { KvStore, type KvStoreOptions } from './kv-store.ts';
import { MappedTrunk } from './mapped-trunk.ts';
import { type CreatePrefetcher, Predictions } from './predictions.ts';
import type { PrefetchTotals } from './prefetch-account.ts';
import { PrefetchQueue, type PrefetchRules } from './prefetch-queue.ts';
import { type Execution, Program } from './program.ts';
import { type Phase, Recorder } from './recorder.ts';
import type { Request } from './requests.ts';
import { Residency } from './residency.ts';
import { passesOf, Scheduler } from './scheduler.ts';
import { NO_SOFTWARE_COSTS, type SoftwareCosts } from './software-costs.ts';
import { stepCosts } from './token-steps.ts';
import { type TierCounts, VramTier } from './vram-tier.ts';

export interface DecodeOptions extends CacheOptions {
  readonly model: Model;
  readonly kv: { readonly choice: KvChoice; readonly type: GgmlType };
  /** The tokens of all requests, one request after the other. */
  readonly routing: RoutedTokens;
  /** Absent: one, whose prompt is the first promptTokens tokens of the routing and which generates the others. */
  readonly requests?: readonly Request[];
  readonly promptTokens: number;
  /**
   * Requests join while others run, at most so many at a time, and what is asked for is not known before the run; absent:
   * all requests are a batch.
   */
  readonly continuous?: { readonly maxBatch: number; readonly warmupRequests: number };
  /** To draft one token, for all requests together, on the program's path; default 0. */
  readonly draftTime?: Picoseconds;
  /** Prompt rows of a pass at most; default all. */
  readonly chunk?: number;
  /** Experts' objects that are asked for as the first of a choice only (a lossy option); absent: none. */
  readonly dropped?: Uint8Array;
  /** Tokens of context before the prompt; their KV cache is read, they cost no prefill. */
  readonly contextTokens: number;
  /** Generated tokens of each request before the measured window. */
  readonly warmupTokens: number;
  /** Where the KV cache lies on the drives, and for how many requests of how many tokens; absent: in memory. */
  readonly kvStore?: Pick<KvStoreOptions, 'array' | 'requests' | 'tokens'>;
  /** Parts of the trunk that are read at load and stay. */
  readonly pin: readonly TrunkPart[];
  /** Parts that are mapped, and the file through which; default none. */
  readonly map?: readonly TrunkPart[];
  readonly mappedFile?: MmapFile;
  /** Eviction policy, such as `lru` or `clock:bits=2`. */
  readonly policy: string;
  /** What hits, whatever policy and capacity would do; no prefetching then. */
  readonly given?: Given;
  readonly execution: Execution;
  /** Threads of the matrix work. */
  readonly threads: number;
  /** A step's objects are looked up together before any is inserted, or one by one; default layer. */
  readonly batch?: 'one' | 'layer';
  /** The prompt's misses are inserted, or read around the cache; default insert. */
  readonly prompt?: 'insert' | 'bypass';
  /** Makes the prefetcher of a request; absent: none. */
  readonly prefetcher?: CreatePrefetcher;
  /** Default: whenever planned, without limit, cancelled when wrong, into the cache. */
  readonly prefetchRules?: Partial<PrefetchRules>;
  /** Processor time of one prediction, on the program's path. */
  readonly predictionCost?: Picoseconds;
  /** Of the program itself, on its path; default: none. */
  readonly software?: SoftwareCosts;
  /** Computes instead of the cores, and the bytes of `cacheBytes` that are in its memory. */
  readonly gpu?: { readonly device: Gpu; readonly cacheBytes: number };
  readonly nextLayerParts?: boolean;
  /** Called when a phase begins, and at the first measured token with 'window'. */
  readonly onPhase?: (phase: Phase | 'window') => void;
  /** Called when a step of generated tokens is complete: how many tokens of how many there are. */
  readonly onToken?: (done: number, total: number) => void;
}

/** Everything a result is made of. Tallies are sums since the start; `atPhase` holds them as each phase began. */
export interface DecodeOutcome {
  readonly catalogue: Catalogue;
  readonly sequence: DemandSequence;
  readonly recorder: Recorder;
  readonly total: Tally;
  readonly atPhase: ReadonlyMap<Phase | 'window', Tally>;
  /** When each request was served; absent where the program has but one. */
  readonly scheduler?: Scheduler;
  /** Hits and requests of each step of generated tokens. */
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
  /** Of the experts in GPU memory. */
  readonly vram?: TierCounts;
  /** Bytes of a KV cache on the drives. */
  readonly kv?: { readonly read: number; readonly written: number };
}

export function runDecode(
  sim: Simulation,
  host: Host,
  io: IoInterface,
  options: DecodeOptions,
): DecodeOutcome {
  const { model, routing } = options;
  const catalogue = buildCatalogue(model, options.pin, options.map);
  const trunk = options.mappedFile && new MappedTrunk(sim, options.mappedFile, catalogue);
  const scheduling = schedulerOptions(options);
  const { requests } = scheduling;
  const open = options.continuous !== undefined;
  const demand = new Demand(demandOptions(options, catalogue));
  for (const pass of open ? [] : passesOf(scheduling)) demand.append(pass);
  const known = open ? sequenceOf(options, catalogue) : demand.sequence();
  const scheduler = new Scheduler(scheduling);
  const kept = options.given === undefined ? options : { ...options, policy: 'lru', cacheBytes: 0 };
  const policy = createCache(kept.policy, catalogue, known, kept, (id) => {
    buffers.evicted(id);
    vram?.dropped(id);
  });
  const { gpu } = options;
  const vram = gpu && new VramTier(sim, gpu.device, catalogue, gpu.cacheBytes);
  const kvStore = options.kvStore && new KvStore(sim, io, { ...options.kvStore, model, kv: options.kv });
  const atPhase = new Map<Phase | 'window', Tally>();
  const tally = (): Tally => ({
    counts: { ...buffers.counts },
    prefetched: buffers.prefetched.totals(),
    evictions: policy.evictions,
    vram: vram && { ...vram.counts },
    kv: kvStore && { ...kvStore.counts },
  });
  const recorder: Recorder = new Recorder(sim, {
    timelineSteps: 2,
    onPhase(phase) {
      atPhase.set(phase, tally());
      options.onPhase?.(phase);
    },
  });
  const buffers: BufferManager = new BufferManager(sim, {
    catalogue,
    policy,
    io,
    observer: vram ? vram.observing(recorder.reads(catalogue)) : recorder.reads(catalogue),
    batch: options.batch ?? 'layer',
    given: options.given && givenHits(options.given, catalogue, known, sim.random('given hits')),
  });
  vram?.over(buffers);
  const rules = {
    idleOnly: false,
    byteBudget: Number.POSITIVE_INFINITY,
    cancel: true,
    style: 'read',
  } as const;
  const longest = requests.reduce((steps, request) => steps + request.steps.length, 0);
  const residency = new Residency(
    catalogue,
    model.moeLayers.length,
    open ? longest : longest / requests.length,
  );
  const tokenHits: number[] = [];
  const tokenRequests: number[] = [];
  const total = requests.reduce((sum, request) => sum + scheduler.tokensOf(request), 0);
  let given = 0;
  const program = new Program(sim, host, buffers, recorder, {
    model,
    catalogue,
    costs: stepCosts(model, options.kv),
    scheduler,
    demand,
    appends: open,
    execution: options.execution,
    threads: options.threads,
    predictions: new Predictions(routing, requests, options.prefetcher),
    prefetchQueue: new PrefetchQueue(
      buffers,
      { ...rules, ...options.prefetchRules },
      catalogue,
      model.moeLayers.length,
    ),
    dropped: options.dropped,
    draftTime: options.draftTime ?? 0,
    bypassPrompt: options.prompt === 'bypass',
    predictionCost: options.predictionCost ?? 0,
    software: options.software ?? NO_SOFTWARE_COSTS,
    nextLayerParts: options.nextLayerParts ?? false,
    load: loadPinned(sim, io, catalogue),
    trunk,
    kvStore,
    gpu: gpu?.device,
    vram,
    onStep(step, { gives }) {
      tokenHits.push(buffers.counts.hits);
      tokenRequests.push(buffers.counts.requests);
      residency.sample(step, (id) => policy.contains(id));
      given += gives;
      options.onToken?.(given, total);
    },
  });
  sim.spawn(program.run());
  sim.run();
  if (!program.finished)
    throw new Error(`the program waits for ever at ${sim.now} ps: an object never landed`);
  return {
    catalogue,
    sequence: open ? demand.sequence() : known,
    scheduler,
    recorder,
    total: tally(),
    atPhase,
    tokenHits: differences(tokenHits, atPhase.get('decode')!.counts.hits),
    tokenRequests: differences(tokenRequests, atPhase.get('decode')!.counts.requests),
    outcomes: buffers.outcomes,
    residency,
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

/** Running sums to differences. */
function differences(sums: readonly number[], before: number): Float64Array {
  return Float64Array.from(sums, (sum, i) => sum - (i === 0 ? before : sums[i - 1]));
}
