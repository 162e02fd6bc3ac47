/** Points on worker threads: what is finished is kept, and used again when nothing that decides it has changed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadExperiments } from '../../../experiments/load.ts';
import type { Result } from '../../../experiments/result.ts';
import { digestOf } from '../../../experiments/sweep/digest.ts';
import { Interrupted, runPoints } from '../../../experiments/sweep/run-points.ts';
import { ResultFolder } from '../../../experiments/sweep/store.ts';
import { experimentText, temporaryFolder, writeTemporary } from '../experiment-text.ts';

const points = async (...settings: string[]) =>
  (await loadExperiments(writeTemporary(experimentText({ x: 'sweep: {io.threads: [1, 2, 3]}' })), settings))
    .points;

describe('digest', () => {
  it('is the same for the same experiment however it is written, and else differs', async () => {
    const digests = async (...settings: string[]) =>
      (await points(...settings)).map(({ experiment }) => digestOf(experiment));
    const base = await digests();
    expect(await digests('io.request=2 * 512 KiB')).toEqual(base);
    const others = await Promise.all([
      digests('seed=1'),
      digests('storage.device.readLatency=85 us'),
      digests('prefetch={policy: oracle, budget: 3}'),
      digests('prefetch={policy: oracle, budget: .inf}'),
    ]);
    expect(new Set([base, ...others].flat()).size).toBe(15);
  });
});

describe('an interrupted sweep', () => {
  it('keeps what is finished and goes on there', async () => {
    const list = await points();
    const folder = temporaryFolder();
    const interruption = new AbortController();
    const store = new ResultFolder(folder, 'small', false);
    const kept: number[] = [];
    const watching = Object.assign(Object.create(store) as ResultFolder, {
      finished: store.finished.bind(store),
      keep: (...args: Parameters<ResultFolder['keep']>) => {
        store.keep(...args);
        kept.push(args[0]);
        interruption.abort();
      },
    });
    const run = runPoints(list, { workers: 0, folder: watching, signal: interruption.signal });
    await expect(run).rejects.toBeInstanceOf(Interrupted);
    expect(kept).toEqual([0]);
    const file = join(folder, 'point-1.json');
    const { digest, result } = JSON.parse(readFileSync(file, 'utf8')) as { digest: string; result: Result };
    // A mark that only the kept file has shows whether it is used.
    writeFileSync(file, JSON.stringify({ digest, result: { ...result, warnings: ['from the file'] } }));
    const resumed = await runPoints(list, { workers: 0, folder: new ResultFolder(folder, 'small', false) });
    expect(resumed[0].warnings).toEqual(['from the file']);
    expect(resumed[2].label).toBe('io.threads=3');
    const other = await points('seed=9');
    const again = await runPoints(other, { workers: 0, folder: new ResultFolder(folder, 'small', false) });
    expect(again[0].warnings).not.toEqual(['from the file']);
  });

  it('is not confused by a damaged file, and removes points once all is done', async () => {
    const list = await points();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'point-2.json'), '{"digest": "');
    const store = new ResultFolder(folder, 'small', false);
    const results = await runPoints(list, { workers: 0, folder: store });
    expect(store.finish(results, false)).toBe(join(folder, 'report.html'));
    expect(existsSync(join(folder, 'point-1.json'))).toBe(false);
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')).points).toHaveLength(3);
  });
});
