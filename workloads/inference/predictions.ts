/**
 * The prefetchers of a run: each request has its own, which sees the routing of that request alone and is asked for every
 * row of its generated tokens. It is made when the first of them is processed, and goes with the last.
 */
import type { Plan, Prefetcher, RoutedTruth } from '../../policies/index.ts';
import { expertAt, type RoutedTokens } from '../routing/index.ts';
import { type Request, rowsOf } from './requests.ts';
import type { Pass } from './scheduler.ts';

/** Makes the prefetcher of a request. */
export type CreatePrefetcher = (truth: RoutedTruth, request: number) => Prefetcher;

export class Predictions {
  private readonly routing: RoutedTokens;
  private readonly requests: readonly Request[];
  private readonly create: CreatePrefetcher | undefined;
  private readonly prefetchers = new Map<number, Prefetcher>();

  constructor(routing: RoutedTokens, requests: readonly Request[], create: CreatePrefetcher | undefined) {
    this.routing = routing;
    this.requests = requests;
    this.create = create;
  }

  /** Predictions that each layer of a pass takes. */
  rowsOf({ groups }: Pass): number {
    if (!this.create) return 0;
    return groups.reduce((rows, { prompt, count }) => rows + (prompt ? 0 : count), 0);
  }

  /** The tokens of the pass are known. */
  begin(pass: Pass, plan: Plan): void {
    this.forRows(pass, (prefetcher, token) => prefetcher.begin?.(token, plan));
  }

  /** The MoE layer's router has answered. */
  predict(pass: Pass, layer: number, plan: Plan): void {
    this.forRows(pass, (prefetcher, token) => prefetcher.predict(token, layer, plan));
  }

  /** The request is complete. */
  drop(request: number): void {
    this.prefetchers.delete(request);
  }

  private forRows({ groups }: Pass, ask: (prefetcher: Prefetcher, token: number) => void): void {
    if (!this.create) return;
    for (const { request, from, count, prompt } of groups) {
      if (prompt) continue;
      const prefetcher = this.prefetcherOf(request);
      const { first, prompt: promptTokens } = this.requests[request];
      for (let row = from; row < from + count; row++) ask(prefetcher, row - first - promptTokens);
    }
  }

  private prefetcherOf(request: number): Prefetcher {
    let prefetcher = this.prefetchers.get(request);
    if (!prefetcher) {
      prefetcher = this.create!(this.truthOf(this.requests[request]), request);
      this.prefetchers.set(request, prefetcher);
    }
    return prefetcher;
  }

  /** What it may know: the routing of the request's prompt, and of the rows that follow. */
  private truthOf(request: Request): RoutedTruth {
    const { layers, experts, topK } = this.routing;
    const generated = request.first + request.prompt;
    return {
      layers,
      experts,
      topK,
      tokens: rowsOf(request) - request.prompt,
      prompt: request.prompt,
      expertAt: (token, layer, k) => expertAt(this.routing, generated + token, layer, k),
    };
  }
}
