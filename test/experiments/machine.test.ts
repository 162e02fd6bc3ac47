/** What the limits and schedulers of request queues, batches and registered buffers do to a run. */
import { describe, expect, it } from 'vitest';
import { loadExperiments } from '../../experiments/load.ts';
import { runExperiment } from '../../experiments/run.ts';
import { experimentText, writeTemporary } from './experiment-text.ts';

const KIB = 1024;

describe('a run', () => {
  const run = async (...settings: string[]) => {
    const text = experimentText({
      model: 'model: {architecture: olmoe, quantisation: Q4_K_M}',
      cache: 'cache: {capacity: 0 B}',
      io: 'io: {request: 64 KiB, queueDepth: 32, threads: 2}',
    });
    const { points } = await loadExperiments(writeTemporary(text), settings);
    return runExperiment(points[0].experiment);
  };
  const depthOf = async (...settings: string[]) => (await run(...settings)).storage.queueDepth.max;

  it('has no more commands in the drive than its tags, places or Kyber allow', async () => {
    expect(await depthOf()).toBe(64);
    expect(await depthOf('linux.tags=3')).toBe(2 * 3);
    expect(await depthOf('linux.nrRequests=5', 'linux.scheduler=bfq')).toBe(2 * 5);
  });

  it('reads the same bytes in smaller commands where max_sectors_kb or the segments cut', async () => {
    const [whole, cut, scattered] = [
      await run(),
      await run('linux.maxSectors=16 KiB'),
      await run('linux.maxSegments=8'),
    ];
    expect(cut.storage.bytesRead).toBe(whole.storage.bytesRead);
    expect(whole.storage.requestBytes.mean).toBeGreaterThan(60 * KIB);
    expect(cut.storage.requestBytes.mean).toBeLessThanOrEqual(16 * KIB);
    expect(scattered.storage.requestBytes.mean).toBeLessThanOrEqual(32 * KIB);
    expect(scattered.storage.requestBytes.mean).toBeGreaterThan(30 * KIB);
  });

  it('is not slower with registered buffers, and slower through BFQ where the threads bind', async () => {
    const busy = ['host={like: ryzen-7700x, frequency: 100 MHz}'];
    const [plain, registered, bfq] = [
      await run(...busy),
      await run(...busy, 'io.registeredBuffers=true'),
      await run(...busy, 'linux.scheduler=bfq'),
    ].map(({ tokensPerSecond }) => tokensPerSecond.mean);
    expect(registered).toBeGreaterThanOrEqual(plain);
    // 7,700 cycles a command, and 4,560 + 7,700 more.
    expect(bfq).toBeLessThan(0.6 * plain);
  });

  it('merges neighbours that a thread submits together', async () => {
    const alone = await run('io.request=4 KiB');
    const batched = await run('io.request=4 KiB', 'io.batch=16');
    expect(batched.storage.bytesRead).toBe(alone.storage.bytesRead);
    expect(batched.storage.requestBytes.mean).toBeGreaterThan(2 * alone.storage.requestBytes.mean);
    expect(
      (await run('io.request=4 KiB', 'io.batch=16', 'linux.merges=false')).storage.requestBytes.mean,
    ).toBe(alone.storage.requestBytes.mean);
  });

  it('refuses registered buffers of what does not register any', async () => {
    await expect(run('io.registeredBuffers=true', 'io.interface=libaio')).rejects.toThrow(
      /only io_uring registers/,
    );
  });
});
