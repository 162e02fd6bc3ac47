/** From what a run counted to its result. */
import { type Simulation, toSeconds } from '../../sim/index.ts';
import type { DecodeOutcome, Phase, Tally } from '../../workloads/inference/index.ts';
import { ceilingWarnings, tokenBounds } from '../bounds.ts';
import type { Experiment } from '../experiment.ts';
import type { Machine } from '../machine.ts';
import { type Cache, HIT_RATIO_DEFINITION, RESULT_SCHEMA, type Result } from '../result.ts';
import { version } from '../version.ts';
import { breakdownOf } from './breakdown-of.ts';
import { passMeans, replayPolicy, tokenWork } from './demand.ts';
import type { Meter } from './meter.ts';
import { missCurvesOf } from './miss-curves-of.ts';
import type { ThreadSeconds } from './page-meter.ts';
import { prefetchOf, prefetchWarnings } from './prefetch-of.ts';
import { expertBytesOf, type Prepared } from './prepare.ts';
import { seriesOf } from './series-of.ts';
import { servingOf } from './serving-of.ts';
import { copiedBytes, tiersOf } from './tiers-of.ts';
import { measuredTokens, tokenRates } from './token-rates.ts';

export interface Run {
  readonly experiment: Experiment;
  readonly prepared: Prepared;
  readonly machine: Machine;
  readonly meter: Meter;
  readonly outcome: DecodeOutcome;
  readonly sim: Simulation;
}

export function resultOf(run: Run): Result {
  const { experiment, prepared, meter, outcome } = run;
  const { recorder } = outcome;
  const storage = meter.storage.get('window')!;
  const measured = measuredTokens(outcome);
  const prompt = promptTokens(run);
  const passes = recorder.measured.map(({ pass }) => pass);
  const means = passMeans(prepared.decode, passes, outcome.sequence);
  const work = tokenWork(prepared.decode, experiment.host.kernels, means);
  const bounds = tokenBounds(experiment, prepared.drives, {
    ...work,
    streamedBytes: storage.bytesRead / measured,
    commands: (storage.iops * windowSeconds(run)) / measured,
    softwareSeconds: toSeconds(recorder.spentIn.software) / measured,
    copiedBytes: copiedBytes(run) / measured,
  });
  const commandBytes = storage.requestBytes.mean || experiment.io.request;
  const at = recorder.phaseStart;
  const prefetch = prefetchOf(run);
  return {
    schema: RESULT_SCHEMA,
    experiment: experiment.name,
    label: experiment.label,
    point: experiment.point,
    seed: experiment.seed,
    version,
    fidelity: experiment.storage.fidelity,
    exact: prepared.lossy.length === 0,
    ...(prepared.lossy.length > 0 ? { lossy: [...prepared.lossy] } : {}),
    settings: experiment.settings,
    tokens: { measured, warmup: recorder.warmupTokens },
    ...(means.rows === 1 && means.gives === 1
      ? {}
      : {
          passes: {
            measured: passes.length,
            rows: means.rows,
            tokens: means.gives,
            expertsPerLayer: means.experts,
          },
        }),
    ...tokenRates(outcome),
    serving: servingOf(run),
    kvSpill: kvSpillOf(run),
    prefillSeconds: toSeconds(at.decode - at.prefill),
    loadSeconds: toSeconds(at.prefill - at.load),
    storage: { ...storage, accessPattern: meter.access.pattern },
    cache: prepared.model.experts > 0 && run.machine.reads ? cacheOf(run) : undefined,
    prefetch,
    time: timeOf(run),
    breakdown: run.machine.reads ? breakdownOf(run, storage) : undefined,
    memory: prepared.memory,
    pageCache: meter.pages?.phases.get('window'),
    bounds,
    binding: bounds[0]?.resource ?? 'none',
    warnings: [
      ...prepared.warnings,
      ...ceilingWarnings(experiment, prepared.drives, commandBytes),
      ...prefetchWarnings(run, prefetch, storage),
      ...(run.sim.beyondExact
        ? ['the run passed 2.5 simulated hours: instants beyond are rounded to 2 ps']
        : []),
    ],
    prefill: prompt > 0 ? phaseOf(run, 'prefill', toSeconds(at.decode - at.prefill), prompt) : undefined,
    load: phaseOf(run, 'load', toSeconds(at.prefill - at.load)),
    series: seriesOf(run),
  };
}

/** What a KV cache on the drives moved. */
function kvSpillOf({ outcome: { total, atPhase } }: Run): Result['kvSpill'] {
  const from = atPhase.get('window')?.kv;
  if (!total.kv || !from) return undefined;
  return { bytesRead: total.kv.read - from.read, bytesWritten: total.kv.written - from.written };
}

/** Of the passes before the first generated token. */
function promptTokens({ prepared, outcome: { recorder } }: Run): number {
  let tokens = 0;
  if (prepared.decode.continuous) return 0;
  for (const { pass } of recorder.passes) {
    if (pass.decodes) break;
    tokens += pass.rows;
  }
  return tokens;
}

const windowSeconds = ({ outcome: { recorder } }: Run) =>
  toSeconds(recorder.phaseStart.done - recorder.windowStart);

function cacheOf(run: Run): Cache {
  const { experiment, prepared, outcome } = run;
  const counts = countsBetween(outcome.atPhase.get('window')!, outcome.total);
  const { catalogue, sequence } = outcome;
  const capacityBytes = expertBytesOf(prepared.memory);
  const tiers = tiersOf(run);
  if (prepared.decode.given)
    return { policy: 'given', definition: HIT_RATIO_DEFINITION, ...counts, capacityBytes, tiers };
  const best = replayPolicy('min', catalogue, sequence, { ...prepared.decode, scope: 'global' });
  const minHitRatio = best.requests > 0 ? best.hits / best.requests : 0;
  return {
    policy: experiment.cache.policy,
    definition: HIT_RATIO_DEFINITION,
    ...counts,
    capacityBytes,
    tiers,
    minHitRatio,
    regret: minHitRatio - counts.hitRatio,
    missRatioCurves: missCurvesOf(run),
  };
}

/** The counts of a phase, from the tallies at its ends. */
function countsBetween(from: Tally, to: Tally) {
  const change = (key: keyof Tally['counts']) => to.counts[key] - from.counts[key];
  const requests = change('requests');
  const bytes = change('bytesHit') + change('bytesJoined') + change('bytesMissed');
  return {
    requests,
    hits: change('hits'),
    joined: change('joined'),
    misses: change('misses'),
    hitRatio: requests > 0 ? change('hits') / requests : 0,
    byteHitRatio: bytes > 0 ? change('bytesHit') / bytes : 0,
    bytesHit: change('bytesHit'),
    bytesMissed: change('bytesMissed'),
    evictions: to.evictions - from.evictions,
  };
}

function timeOf(run: Run): Result['time'] {
  const threads = mappedThreads(run, 'window');
  if (threads) return threadTime(threads);
  const { compute, wait, software, idle } = run.outcome.recorder.spentIn;
  const total = compute + wait + software + idle;
  return {
    compute: compute / total,
    exposedIo: wait / total,
    software: software / total,
    reclaim: 0,
    other: idle / total,
  };
}

/** What the threads of a mapped program spent in a phase. */
function mappedThreads({ machine, meter }: Run, phase: Phase | 'window'): ThreadSeconds | undefined {
  return machine.reads ? undefined : meter.pages?.threads.get(phase);
}

/** Of the time of the mapped program's threads; the rest they wait for each other. */
function threadTime({ total, work, fault, reclaim, wait }: ThreadSeconds): Result['time'] {
  const part = (seconds: number) => seconds / total;
  return {
    compute: part(work),
    exposedIo: part(wait),
    software: part(fault),
    reclaim: part(reclaim),
    other: Math.max(0, 1 - part(work + wait + fault + reclaim)),
  };
}

function phaseOf(run: Run, phase: 'load' | 'prefill', seconds: number, tokens = 0) {
  const storage = run.meter.storage.get(phase);
  const { atPhase } = run.outcome;
  const next = phase === 'load' ? 'prefill' : 'decode';
  const counts = countsBetween(atPhase.get(phase)!, atPhase.get(next)!);
  const threads = seconds > 0 ? mappedThreads(run, phase) : undefined;
  return {
    seconds,
    ...(threads ? { time: threadTime(threads) } : {}),
    ...(tokens > 0 && seconds > 0 ? { tokensPerSecond: { mean: tokens / seconds } } : {}),
    ...(storage ? { storage } : {}),
    ...(run.meter.pages ? { pageCache: run.meter.pages.phases.get(phase) } : {}),
    ...(counts.requests > 0
      ? {
          cache: {
            policy: run.prepared.decode.given ? 'given' : run.experiment.cache.policy,
            definition: HIT_RATIO_DEFINITION,
            ...counts,
            capacityBytes: expertBytesOf(run.prepared.memory),
          },
        }
      : {}),
  };
}
