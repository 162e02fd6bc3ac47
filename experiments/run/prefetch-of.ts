/** What became of what was read ahead, and why it hurts where it does. */
import { MISS } from '../../workloads/inference/cache-counts.ts';
import { formatBytes, percent } from '../report/format.ts';
import type { Prefetch, Storage } from '../result.ts';
import { measuredFrom, replayPolicy } from './demand.ts';
import type { Run } from './result-of.ts';
import { measuredTokens } from './token-rates.ts';

export function prefetchOf(run: Run): Prefetch | undefined {
  const { prefetch } = run.experiment;
  if (prefetch.policy === 'none') return undefined;
  const { total: to, atPhase } = run.outcome;
  const from = atPhase.get('window')!;
  const change = (key: keyof typeof to.prefetched) => to.prefetched[key] - from.prefetched[key];
  const { policy, ...parameters } = prefetch;
  const text = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return {
    policy: [policy, ...text].join(':'),
    // What was pending at the start of the window is settled in it: the parts add up with it.
    issuedBytes: change('issuedBytes') + from.prefetched.pendingBytes,
    usefulBytes: change('usefulBytes'),
    lateBytes: change('lateBytes'),
    wastedBytes: change('wastedBytes'),
    cancelledBytes: change('cancelledBytes'),
    pendingBytes: to.prefetched.pendingBytes,
    ...(prefetch.style === 'hint' ? { readTwiceBytes: change('readTwiceBytes') } : {}),
    ...(run.prepared.model.experts > 0 ? { pollutionMisses: pollutionOf(run) } : {}),
  };
}

/** Requests of the measured tokens that miss, and hit when the same demand is replayed without reading ahead. */
function pollutionOf({ experiment, prepared, outcome }: Run): number {
  const { catalogue, sequence, outcomes } = outcome;
  const without = new Uint8Array(sequence.ids.length);
  replayPolicy(experiment.cache.policy, catalogue, sequence, prepared.decode, without);
  let polluted = 0;
  for (let i = measuredFrom(sequence); i < without.length; i++)
    if (without[i] === 1 && outcomes[i] === MISS) polluted++;
  return polluted;
}

/** Shares from which on reading ahead is told to hurt: of the bytes read, for nothing; and of time, drives busy. */
const MUCH_WASTED = 0.05;
const MUCH_BUSY = 0.5;

export function prefetchWarnings(run: Run, prefetch: Prefetch | undefined, storage: Storage): string[] {
  if (prefetch === undefined) return [];
  const {
    wastedBytes,
    cancelledBytes,
    usefulBytes,
    lateBytes,
    readTwiceBytes = 0,
    pollutionMisses = 0,
  } = prefetch;
  const tokens = measuredTokens(run.outcome);
  const each = (bytes: number) => formatBytes(bytes / tokens);
  const warnings: string[] = [];
  const wasted = wastedBytes / Math.max(1, storage.bytesRead);
  if (wasted > MUCH_WASTED && storage.utilisation > MUCH_BUSY) {
    const seconds = wastedBytes / tokens / Math.max(1, storage.bytesPerSecond / storage.utilisation);
    warnings.push(
      `prefetching costs demand reads their bandwidth: per token ${each(wastedBytes)} were read and not used ` +
        `(${percent(wasted)} of what the drives delivered, ${(seconds * 1e3).toPrecision(3)} ms of their time) and ` +
        `${each(cancelledBytes)} withdrawn, against ${each(usefulBytes)} useful and ${each(lateBytes)} late, ` +
        `while the drives were busy ${percent(storage.utilisation)} of the time`,
    );
  }
  if (readTwiceBytes > 0)
    warnings.push(
      `hinted reads go to the page cache and O_DIRECT reads do not look there: ${each(readTwiceBytes)} per token were read twice`,
    );
  if (pollutionMisses > 0 && pollutionMisses / tokens >= 1)
    warnings.push(
      `prefetching pushed out what was needed: ${(pollutionMisses / tokens).toPrecision(3)} misses per token hit without it`,
    );
  return warnings;
}
