/**
 * `nvmoe bounds`: what no run on this machine can exceed, without simulating one. Misses come from replaying the
 * experiment's routing through its cache policy; prefetching changes when bytes are read, not how many must be.
 */
import Table from 'cli-table3';
import { Simulation, toSeconds } from '../sim/index.ts';
import { type DecodeOptions, kvRead, softwareTime } from '../workloads/inference/index.ts';
import { schedulerOptions, sequenceOf } from '../workloads/inference/known-demand.ts';
import { draftsOf, type Pass, passesOf } from '../workloads/inference/scheduler.ts';
import { ceilingWarnings, streamingCeilings, tokenBounds } from './bounds.ts';
import type { Experiment } from './experiment.ts';
import { requestOf } from './mapped.ts';
import { gib } from './memory.ts';
import type { Bound, Memory } from './result.ts';
import { passMeans, replayPolicy, tokenWork } from './run/demand.ts';
import { prepare } from './run/prepare.ts';

export interface BoundsReport {
  readonly experiment: string;
  readonly label: string;
  /** Hit ratio of the replayed policy and bytes read per token, measured tokens only. */
  readonly hitRatio: number;
  readonly bytesPerToken: number;
  /** Tokens/s each resource allows, lowest first. */
  readonly bounds: Bound[];
  readonly binding: string;
  /** B/s of weights that can be streamed from the drives through each part of the machine and used. */
  readonly streaming: { resource: string; bytesPerSecond: number; detail: string }[];
  readonly memory: Memory;
  readonly warnings: string[];
}

/** @throws InputError when the experiment asks for what cannot be */
export function boundsReport(experiment: Experiment): BoundsReport {
  const sim = new Simulation({ seed: String(experiment.seed) });
  const { model, decode, catalogue, drives, memory, warnings } = prepare(experiment, sim);
  const sequence = sequenceOf(decode, catalogue);
  const replayed = replayPolicy(decode.policy, catalogue, sequence, decode);
  // GPU memory is an LRU of its own over the same requests.
  const copiedBytes = memory.gpu
    ? replayPolicy('lru', catalogue, sequence, {
        ...decode,
        given: undefined,
        scope: 'global',
        cacheBytes: memory.gpu.expertCacheBytes,
      }).bytesMissed
    : 0;
  const passes = [...passesOf(schedulerOptions(decode))];
  const measuredPasses = passes.slice(passes.findIndex(({ warm }) => warm));
  const means = passMeans(decode, measuredPasses, sequence);
  const measured = means.gives * measuredPasses.length;
  const perPass = (sum: number) => sum / measuredPasses.length;
  const request = requestOf(experiment);
  const extents = catalogue.extentOffset.length / catalogue.objects;
  const bytesPerToken = replayed.bytesMissed / measured;
  const kvBytes = experiment.memory.kv === 'drives' ? kvReadBy(decode, measuredPasses) / measured : 0;
  const demand = {
    ...tokenWork(decode, experiment.host.kernels, means),
    streamedBytes: bytesPerToken + kvBytes,
    commands: Math.max(bytesPerToken / request, (replayed.misses / measured) * extents) + kvBytes / request,
    softwareSeconds:
      toSeconds(
        softwareTime(
          decode.software!,
          model.layers,
          perPass(replayed.misses),
          perPass(replayed.bytesMissed),
        ) +
          perPass(measuredPasses.reduce((sum, pass) => sum + draftsOf(pass), 0)) * (decode.draftTime ?? 0),
      ) / means.gives,
    copiedBytes: copiedBytes / measured,
  };
  const bounds = tokenBounds(experiment, drives, demand);
  return {
    experiment: experiment.name,
    label: experiment.label,
    hitRatio: replayed.requests > 0 ? replayed.hits / replayed.requests : 0,
    bytesPerToken,
    bounds,
    binding: bounds[0]?.resource ?? 'none',
    streaming: streamingCeilings(experiment, drives, request),
    memory,
    warnings: [...warnings, ...ceilingWarnings(experiment, drives, request)],
  };
}

/** Bytes of a KV cache on the drives that passes read. */
function kvReadBy({ model, kv }: DecodeOptions, passes: readonly Pass[]): number {
  let bytes = 0;
  for (const { groups } of passes)
    for (const rows of groups)
      for (let layer = 0; layer < model.layers; layer++) bytes += kvRead(model, layer, kv, rows);
  return bytes;
}

/** The report for a terminal, 100 columns at most. */
export function boundsText(report: BoundsReport): string {
  const { memory } = report;
  const style = { head: [], border: [] };
  const tokens = new Table({
    head: ['resource', 'tokens/s', 'how'],
    style,
    colWidths: [13, 10, 73],
    wordWrap: true,
  });
  for (const { resource, tokensPerSecond, detail } of report.bounds)
    tokens.push([resource, tokensPerSecond.toPrecision(4), detail]);
  const stream = new Table({
    head: ['resource', 'GB/s', 'what it is'],
    style,
    colWidths: [13, 10, 73],
    wordWrap: true,
  });
  for (const { resource, bytesPerSecond, detail } of report.streaming)
    stream.push([resource, (bytesPerSecond / 1e9).toFixed(2), detail]);
  const parts = [
    ['pinned trunk', memory.trunkBytes],
    ['KV cache', memory.kvBytes],
    ...(memory.draftBytes ? [['draft model', memory.draftBytes] as const] : []),
    ['expert cache', memory.expertCacheBytes],
    ['page cache', memory.pageCacheBytes],
    ['system', memory.systemBytes],
    ['free', memory.freeBytes],
    ...(memory.lockedBytes ? [['of these locked', memory.lockedBytes] as const] : []),
  ] as const;
  return [
    `${report.label}: at most ${report.bounds[0]?.tokensPerSecond.toPrecision(4) ?? '∞'} tokens/s, bound by ${report.binding}`,
    `Bytes read per token: ${(report.bytesPerToken / 1e9).toFixed(3)} GB at a hit ratio of ${report.hitRatio.toFixed(3)} (replayed, no simulation)`,
    tokens.toString(),
    'Streaming weights from the drives and using them, at most:',
    stream.toString(),
    `Memory: ${gib(memory.limitBytes)} =`,
    ...parts.map(([name, bytes]) => `  ${gib(bytes).padStart(12)}  ${name}`),
    ...(memory.gpu
      ? [
          `GPU memory: ${gib(memory.gpu.limitBytes)} =`,
          `  ${gib(memory.gpu.trunkBytes).padStart(12)}  pinned trunk`,
          `  ${gib(memory.gpu.kvBytes).padStart(12)}  KV cache`,
          `  ${gib(memory.gpu.expertCacheBytes).padStart(12)}  experts`,
          `  ${gib(memory.gpu.freeBytes).padStart(12)}  free`,
        ]
      : []),
    ...report.warnings.map((warning) => `warning: ${warning}`),
    '',
  ].join('\n');
}
