/** What a run's options say of its passes and its demand: the same for the run, its replays and its bounds. */
import type { Catalogue } from './catalogue.ts';
import type { DecodeOptions } from './decode.ts';
import { type DemandOptions, type DemandSequence, demandSequence, waveExperts } from './demand-sequence.ts';
import { stepsFor } from './requests.ts';
import { passesOf, type SchedulerOptions } from './scheduler.ts';

type SchedulingKeys = 'routing' | 'requests' | 'promptTokens' | 'contextTokens' | 'warmupTokens';

export function schedulerOptions(
  options: Pick<DecodeOptions, SchedulingKeys | 'continuous' | 'chunk'>,
): SchedulerOptions {
  const { routing, promptTokens, continuous } = options;
  const only = {
    arrival: 0,
    first: 0,
    prompt: promptTokens,
    steps: stepsFor(routing.tokens - promptTokens),
  };
  const { requests = [only] } = options;
  return {
    requests,
    contextTokens: options.contextTokens,
    maxBatch: continuous?.maxBatch ?? requests.length,
    chunk: options.chunk ?? Number.POSITIVE_INFINITY,
    continuous: continuous !== undefined,
    warmupTokens: continuous ? 0 : options.warmupTokens,
    warmupRequests: continuous?.warmupRequests ?? 0,
  };
}

export const demandOptions = (options: DecodeOptions, catalogue: Catalogue): DemandOptions => ({
  model: options.model,
  catalogue,
  routing: options.routing,
  dropped: options.dropped,
  wave: waveExperts(options.model, options.cacheBytes, options.scope),
});

/**
 * The sequence of batches that a run asks for; where requests arrive while it runs, of one in which all were there from
 * the start: the load under which the machine does most at a time.
 */
export const sequenceOf = (options: DecodeOptions, catalogue: Catalogue): DemandSequence =>
  demandSequence(demandOptions(options, catalogue), passesOf(schedulerOptions(options)));
