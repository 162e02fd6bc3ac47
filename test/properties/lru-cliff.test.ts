/**
 * A global LRU over L layers of top-k, equal sizes, at DeepSeek-V3's L = 58 and k = 8. Between two requests of one expert
 * lie at least the (L - 1) k experts of the other layers: up to that capacity nothing ever hits.
 */
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../policies/index.ts';
import { replay } from '../../workloads/cache-replay.ts';
import {
  accessIds,
  emptyRouting,
  generateRouting,
  type RoutedTokens,
} from '../../workloads/routing/index.ts';

const shape = { layers: 58, experts: 256, topK: 8 };
const CYCLE = shape.layers * shape.topK;
const BELOW = (shape.layers - 1) * shape.topK;

/** Hits of a global LRU under the layer batch rule, after the first token. */
function hits(routing: RoutedTokens, capacity: number): { hits: number; requests: number } {
  const ids = accessIds(routing);
  const policy = createPolicy('lru', { capacity, objects: shape.layers * shape.experts });
  const batches = Uint32Array.from({ length: ids.length / shape.topK }, (_, i) => i * shape.topK);
  replay(policy, { ids, batches }, { to: CYCLE });
  return replay(policy, { ids, batches }, { from: CYCLE });
}

/** Every token keeps the first `kept` experts of each layer and draws the rest anew, from the others. */
function reusing(tokens: number, kept: number): RoutedTokens {
  const random = seedrandom.xor4096(`reuse ${kept}`);
  const routing = emptyRouting(tokens, shape);
  const range = Math.floor((shape.experts - kept) / shape.topK);
  for (let token = 0; token < tokens; token++) {
    for (let layer = 0; layer < shape.layers; layer++) {
      const row = (token * shape.layers + layer) * shape.topK;
      for (let k = 0; k < shape.topK; k++) {
        // One draw from each of topK disjoint ranges above the kept ones: distinct by construction.
        const drawn = kept + k * range + Math.floor(random() * range);
        routing.ids[row + k] = k < kept ? k : drawn;
      }
    }
  }
  return routing;
}

describe('the cliff of a global LRU', () => {
  const uniform = generateRouting({ kind: 'uniform', ...shape }, 40, seedrandom.xor4096('cliff'));
  const same = reusing(20, shape.topK);

  it('hits exactly nothing at (L-1) k = 456 experts, whatever is routed', () => {
    expect(BELOW).toBe(456);
    for (const routing of [uniform, same, reusing(20, 5)]) {
      expect(hits(routing, 8).hits).toBe(0);
      expect(hits(routing, BELOW).hits).toBe(0);
    }
  });

  it('can hit from (L-1) k + 1 on: the expert of each layer that was asked for last', () => {
    expect(hits(same, BELOW + 1).hits).toBe(19 * shape.layers);
  });

  it('hits everything from L k on when tokens are identical', () => {
    const { hits: all, requests } = hits(same, CYCLE);
    expect(all).toBe(requests);
    expect(hits(same, CYCLE - 1).hits).toBeLessThan(requests);
  });

  it('rises steeply past L k + k where tokens share five of eight experts', () => {
    const routing = reusing(30, 5);
    const ratio = (capacity: number) => hits(routing, capacity).hits / hits(routing, capacity).requests;
    expect(ratio(BELOW)).toBe(0);
    expect(ratio(CYCLE + shape.topK)).toBeGreaterThan(0.6);
    // Beyond it, only the chance repeats of a uniform draw are added: far less a slot.
    const steep = (ratio(CYCLE + shape.topK) - ratio(BELOW)) / (2 * shape.topK);
    const flat = (ratio(4 * CYCLE) - ratio(CYCLE + shape.topK)) / (3 * CYCLE);
    expect(steep).toBeGreaterThan(50 * flat);
  });
});
