/** Working set (Denning 1968): distinct experts of all layers that a window of consecutive tokens touches, on average. */
import { NOT_RECORDED, type RoutedTokens, rowOf } from '../routed-tokens.ts';

/** Windows looked at for each length. */
const WINDOWS = 64;

/** Mean number of distinct (layer, expert) by window length in tokens; lengths above the trace's give NaN. */
export function workingSet(routed: RoutedTokens, lengths: readonly number[]): number[] {
  const { tokens, layers, topK, experts, ids } = routed;
  const seen = new Uint32Array(layers * experts);
  let stamp = 0;
  return lengths.map((length) => {
    if (length > tokens) return Number.NaN;
    const windows = Math.min(WINDOWS, tokens - length + 1);
    let total = 0;
    for (let w = 0; w < windows; w++) {
      const first = windows === 1 ? 0 : Math.round((w * (tokens - length)) / (windows - 1));
      stamp++;
      for (let i = rowOf(routed, first, 0), row = 0; row < length * layers; row++, i += topK) {
        if (ids[i] === NOT_RECORDED) continue;
        const base = (row % layers) * experts;
        for (let k = 0; k < topK; k++) {
          const object = base + ids[i + k];
          if (seen[object] !== stamp) {
            seen[object] = stamp;
            total++;
          }
        }
      }
    }
    return total / windows;
  });
}
