/** The requests of an experiment, and the routing of each: independent prompts, read by one model. */
import { exponential, type Simulation } from '../../sim/index.ts';
import { type Request, rowsOf, stepsFor } from '../../workloads/inference/requests.ts';
import type { Model } from '../../workloads/models/index.ts';
import {
  createRoutingSource,
  emptyRouting,
  type RoutedTokens,
  type RoutingOptions,
} from '../../workloads/routing/index.ts';
import { asInputError } from '../errors.ts';
import type { Experiment } from '../experiment.ts';

export function requestsOf({ workload }: Experiment, sim: Simulation): Request[] {
  const { batch, prompt, generate, speculation, arrivals } = workload;
  const requests: Request[] = [];
  // With arrivals the end of a prompt gives the first token.
  const tokens = arrivals && prompt > 0 ? generate - 1 : generate;
  const gaps = sim.random('arrivals');
  let first = 0;
  let arrival = 0;
  for (let i = 0; i < (arrivals?.requests ?? batch); i++) {
    const steps = stepsFor(tokens, speculation, sim.random(streamOf('acceptance', i)));
    if (arrivals) arrival += Math.round(exponential(gaps, 1e12 / arrivals.rate));
    const request = { arrival, first, prompt, steps };
    requests.push(request);
    first += rowsOf(request);
  }
  return requests;
}

/** Named streams of a request; those of the first are named as if it were the only one. */
export const streamOf = (name: string, request: number): string =>
  request === 0 ? name : `${name} ${request}`;

/**
 * The routing of all requests, one after the other. Replayed requests share the recording: each reads on where the one
 * before ended.
 * @throws InputError
 */
export function routingOf(
  experiment: Experiment,
  model: Model,
  requests: readonly Request[],
  sim: Simulation,
): RoutedTokens {
  const { routing, recorded, generator } = experiment.workload;
  const tokens = requests.reduce((sum, request) => sum + rowsOf(request), 0);
  const layers = model.moeLayers.length;
  // A dense model routes nothing: one layer with one expert that no step asks for.
  if (layers === 0) return emptyRouting(tokens, { layers: 1, experts: 1, topK: 1 });
  const shape = { layers, experts: model.experts, topK: model.topK };
  const options = (): RoutingOptions =>
    routing.kind === 'replay'
      ? { kind: 'replay', recorded: recorded!, atEnd: routing.atEnd }
      : routing.kind === 'synthetic'
        ? { kind: 'synthetic', model: generator!, weights: sim.random('routing weights') }
        : { kind: 'uniform', ...shape };
  const source = (request: number) =>
    createRoutingSource(options(), sim.random(streamOf('routing', request)));
  return asInputError(['workload', 'routing'], () => {
    const shared = routing.kind === 'replay' ? source(0) : undefined;
    const parts = requests.map((request, i) => (shared ?? source(i)).next(rowsOf(request)));
    return parts.length === 1 ? parts[0] : joined(parts, tokens);
  });
}

function joined(parts: readonly RoutedTokens[], tokens: number): RoutedTokens {
  const all = emptyRouting(tokens, parts[0]);
  let at = 0;
  for (const { ids } of parts) {
    all.ids.set(ids, at);
    at += ids.length;
  }
  return all;
}
