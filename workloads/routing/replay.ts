/** Replay of recorded routing, token by token in the recorded order. */
import { emptyRouting, rowOf, tokenRange } from './routed-tokens.ts';
import type { ReplayOptions, RoutingSource } from './source.ts';

export class RecordingTooShort extends Error {}

/** @throws RecordingTooShort from `next` when the recording ends and `atEnd` is `refuse` */
export function replayRouting({ recorded, atEnd }: ReplayOptions): RoutingSource {
  const { layers, topK, experts, tokens: length } = recorded;
  if (length === 0) throw new RecordingTooShort('the recorded routing holds no token');
  let asked = 0;
  return {
    layers,
    topK,
    experts,
    next(tokens) {
      if (atEnd === 'refuse' && asked + tokens > length) {
        throw new RecordingTooShort(
          `${asked + tokens} tokens of routing are needed and ${length} were recorded: ` +
            'generate fewer tokens, record more, or choose to repeat the recording',
        );
      }
      const routed = emptyRouting(tokens, recorded, recorded.weights !== undefined);
      for (let done = 0; done < tokens; ) {
        const from = (asked + done) % length;
        const count = Math.min(tokens - done, length - from);
        const part = tokenRange(recorded, from, from + count);
        routed.ids.set(part.ids, rowOf(routed, done, 0));
        if (part.weights) routed.weights?.set(part.weights, rowOf(routed, done, 0));
        done += count;
      }
      asked += tokens;
      return routed;
    },
  };
}
