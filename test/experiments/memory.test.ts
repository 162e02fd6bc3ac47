/** The memory account: what takes part in it, and what it leaves. */
import { describe, expect, it } from 'vitest';
import { runSmall } from './small-models.ts';

const experiment = (draft: string) => `name: drafted
model: {architecture: ./moe.yaml, quantisation: F16}
host: ryzen-7700x
storage: {device: samsung-990-pro}
memory: {limit: 24 MiB, system: 1 MiB}
workload: {prompt: 4, generate: 6, warmup: 2, routing: {kind: uniform}, speculation: {draft: 2, acceptance: 0.7${draft}}}
`;

describe('the draft model', () => {
  it('takes its memory from the expert cache, not from the account', async () => {
    const without = (await runSmall(experiment(''))).memory!;
    const memory = (await runSmall(experiment(', memory: 1 MiB'))).memory!;
    expect(without.draftBytes).toBeUndefined();
    expect(memory.draftBytes).toBe(2 ** 20);
    const room = (m: typeof memory) => m.expertCacheBytes + m.pageCacheBytes + m.freeBytes;
    expect(room(memory)).toBe(room(without) - 2 ** 20);
  });

  it('is named where the memory does not suffice', async () => {
    await expect(runSmall(experiment(', memory: 1 GiB'))).rejects.toThrow(
      /short of what must fit.*draft model 1.00 GiB/,
    );
  });
});
