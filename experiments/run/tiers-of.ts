/** Which memory served the requests for experts, with a GPU: its own, the host's, or the drives. */
import type { Cache } from '../result.ts';
import type { Run } from './result-of.ts';

/** Bytes that crossed the GPU's link in the measured window; 0 without a GPU. */
export function copiedBytes({ outcome }: Run): number {
  const from = outcome.atPhase.get('window')?.vram;
  return (outcome.total.vram?.bytesCopied ?? 0) - (from?.bytesCopied ?? 0);
}

export function tiersOf(run: Run): Cache['tiers'] {
  const { outcome, prepared } = run;
  const from = outcome.atPhase.get('window')!;
  const { total } = outcome;
  if (!total.vram || !from.vram) return undefined;
  const gpu = total.vram.hits - from.vram.hits;
  const requests = total.counts.requests - from.counts.requests;
  const hits = total.counts.hits - from.counts.hits;
  const { memory } = prepared;
  const part = (tier: 'gpu' | 'host' | 'drives', served: number) => ({
    tier,
    requests: served,
    share: requests > 0 ? served / requests : 0,
  });
  return [
    { ...part('gpu', gpu), capacityBytes: memory.gpu?.expertCacheBytes },
    { ...part('host', hits - gpu), capacityBytes: memory.expertCacheBytes, copiedBytes: copiedBytes(run) },
    part('drives', requests - hits),
  ];
}
