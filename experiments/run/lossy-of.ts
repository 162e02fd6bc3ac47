/** The routing after the experiment's lossy options, and what they are in words, for the result's `lossy`. */
import { createPolicy, findPolicy, parseSpec } from '../../policies/index.ts';
import type { Simulation } from '../../sim/index.ts';
import { biasRouting } from '../../workloads/inference/cache-biased-routing.ts';
import type { Model } from '../../workloads/models/index.ts';
import type { RoutedTokens } from '../../workloads/routing/index.ts';
import { coldExperts, cutTopK, substituteCold } from '../../workloads/routing/lossy.ts';
import { popularityOf } from '../../workloads/routing/popularity.ts';
import { asInputError, InputError } from '../errors.ts';
import type { Experiment } from '../experiment.ts';

export interface LossyRouting {
  readonly routing: RoutedTokens;
  /** 1 for each expert, by layer x experts + expert, that is served as the first of a choice only. */
  readonly dropped?: Uint8Array;
  /** What was done; empty: nothing, the routing is exact. */
  readonly options: readonly string[];
}

/** @throws InputError */
export function lossyRouting(
  experiment: Experiment,
  model: Model,
  exact: RoutedTokens,
  cacheBytes: number,
  sim: Simulation,
): LossyRouting {
  const { topK, cold, cacheBias } = experiment.lossy;
  const options: string[] = [];
  let routing = exact;
  let dropped: Uint8Array | undefined;
  if (topK !== undefined && topK !== exact.topK) {
    routing = asInputError(['lossy', 'topK'], () => cutTopK(exact, topK));
    options.push(`top-k cut from ${exact.topK} to ${topK}`);
  }
  if (cold !== undefined && cold.share > 0) {
    const isCold = coldExperts(routing, cold.share);
    const before = routing;
    if (cold.action === 'substitute') routing = substituteCold(routing, isCold);
    else dropped = isCold;
    const share = changedShare(before, cold.action === 'substitute' ? routing : isCold);
    const done = cold.action === 'substitute' ? 'substituted' : 'dropped';
    options.push(`cold experts ${done}: ${percent(share)} of choices`);
  }
  if (cacheBias !== undefined) {
    const biased = withBias(experiment, model, routing, cacheBytes, sim);
    routing = biased.routing;
    options.push(`cache-biased routing: ${percent(biased.replaced)} of choices replaced`);
  }
  return { routing, dropped, options };
}

function withBias(
  { cache, lossy, workload }: Experiment,
  model: Model,
  routing: RoutedTokens,
  cacheBytes: number,
  sim: Simulation,
) {
  if (findPolicy(parseSpec(cache.policy).name).needsFuture) {
    throw new InputError(
      `found it with cache.policy ${cache.policy}, which needs to know the requests that the bias decides; use another policy`,
      ['lossy', 'cacheBias'],
    );
  }
  const objects = routing.layers * routing.experts;
  const layers = Uint16Array.from({ length: objects }, (_, id) => Math.floor(id / routing.experts));
  const shadow = createPolicy(cache.policy, {
    capacity: cacheBytes,
    objects,
    sizes: Float64Array.from(layers, (layer) => model.expertBytes(model.moeLayers[layer])),
    layers,
    scope: cache.scope,
    popularity: popularityOf(routing),
    random: sim.random('cache bias policy'),
  });
  return biasRouting(routing, lossy.cacheBias!, shadow, workload.prompt, sim.random('cache bias'));
}

/** Choices that differ from `before`: from another routing, or those beyond the first that are cold. */
function changedShare(before: RoutedTokens, after: RoutedTokens | Uint8Array): number {
  const { ids, topK, layers, experts } = before;
  let changed = 0;
  for (let i = 0; i < ids.length; i++) {
    if (!(after instanceof Uint8Array)) changed += after.ids[i] === ids[i] ? 0 : 1;
    else if (i % topK > 0) changed += after[(Math.floor(i / topK) % layers) * experts + ids[i]];
  }
  return ids.length > 0 ? changed / ids.length : 0;
}

const percent = (share: number) => `${(share * 100).toPrecision(3)} %`;
