/**
 * `nvmoe trace`: what it prints, what it writes, what it refuses.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../experiments/errors.ts';
import { convertTrace } from '../../../experiments/trace/convert-command.ts';
import { renderTracePage } from '../../../experiments/trace/page.ts';
import { traceStats } from '../../../experiments/trace/stats-command.ts';
import { statsRows } from '../../../experiments/trace/stats-text.ts';
import { writePieces } from '../../../experiments/write-pieces.ts';
import { importTrace } from '../../../workloads/traces/index.ts';
import { writeBlkparse, writeKernelEvents } from '../../oracles/trace-writers.ts';
import { fioResult, iostatText } from '../../workloads/traces/summaries.ts';
import { requestList } from '../../workloads/traces/written.ts';

const requests = fc.sample(requestList(1000, 40), { seed: 5, numRuns: 9 })[8];
let folder = '';
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('trace stats', () => {
  it('prints the keys that other programs rely on', async () => {
    const { report } = await traceStats(write('a.txt', writeBlkparse(requests)));
    const printed = JSON.parse(JSON.stringify(report));
    for (const key of [
      'requests',
      'bytes',
      'uniqueBytes',
      'amplification',
      'seconds',
      'bytesPerSecond',
      'sequentialShare',
      'forwardGapShare',
      'backwardShare',
    ])
      expect(printed[key], key).toBeTypeOf('number');
    for (const key of ['requestBytes', 'queueDepth', 'latencySeconds', 'gaps', 'stalls', 'overTime'])
      expect(printed[key], key).toBeTypeOf('object');
    expect(['sequential', 'random', 'hybrid']).toContain(printed.verdict);
    expect(printed).toMatchObject({ format: 'blkparse', unit: 'request', requests: requests.length });
    expect(statsRows(report).map(([what]) => what)).toContain('verdict');
  });

  it('names page faults by tensor where the requests are device addresses', async () => {
    const last = Math.max(...requests.map((r) => r.sector)) * 512 + 2 ** 20;
    const model = write(
      'model.csv',
      `name,type,ne0,ne1,ne2,file_offset,bytes\nblk.0.ffn_up_exps.weight,F32,1,1,8,0,${Math.ceil(last / 8) * 8}\n`,
    );
    const { report } = await traceStats(write('events.csv', writeKernelEvents(requests)), { model });
    expect(report.model).toMatchObject({ unit: 'page fault', outside: { requests: 0 } });
    expect(report.model!.components['routed-experts'].share).toBe(1);
    expect(report.faults!.count).toBe(requests.length);
  });

  it('summaries are shown as such', async () => {
    const fio = (await traceStats(write('fio.json', fioResult()))).report;
    expect(fio).toMatchObject({ unit: 'none', format: 'fio-json' });
    expect(statsRows(fio).flat().join()).toContain('100,000 IOPS');
    const flagged = (await traceStats(write('fio.json', fioResult()), { link: 1e8 })).report;
    expect(flagged.warnings.join()).toContain("one read is 0.41 GB/s, above the link's 0.1 GB/s");
    const iostat = (await traceStats(write('iostat.txt', iostatText(3)))).report;
    expect(iostat.samples!.columns.readsPerSecond).toMatchObject({ count: 2, mean: 250 });
  });

  it.each([
    ['no such file', () => traceStats(join(folder, 'none'))],
    ['a wrong format', () => traceStats(write('b.txt', 'a\nb\n'))],
    ['a wrong format named', () => traceStats(write('a.txt', writeBlkparse(requests)), { format: 'msr' })],
    ['no such device', () => traceStats(write('a.txt', writeBlkparse(requests)), { device: 'sdz' })],
    ['bad extents', () => traceStats(write('a.txt', writeBlkparse(requests)), { extents: write('x', 'y') })],
    [
      'a bad model',
      () => traceStats(write('a.txt', writeBlkparse(requests)), { model: write('m.gguf', 'y') }),
    ],
  ])('%s is bad input, and the file is named', async (_, run) => {
    const error = await run().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
  });
});

describe('trace convert', () => {
  it.each(['chrome', 'iolog', 'csv'] as const)('to %s', async (to) => {
    const { pieces, requests: count } = await convertTrace(write('a.txt', writeBlkparse(requests)), { to });
    expect(count).toBe(requests.length);
    const path = join(folder, to);
    await writePieces(pieces, path);
    const text = readFileSync(path, 'utf8');
    if (to === 'chrome') {
      const events = JSON.parse(text).traceEvents as { ph: string; dur: number }[];
      expect(events.filter((event) => event.ph === 'X')).toHaveLength(requests.length);
    } else expect(importTrace(Buffer.from(text)).requests!.length).toBe(requests.length);
  });

  it('spans of one lane of a Chrome trace do not overlap', async () => {
    const { pieces } = await convertTrace(write('a.txt', writeBlkparse(requests)), { to: 'chrome' });
    const events = JSON.parse([...pieces].join('')).traceEvents as {
      ph: string;
      tid: number;
      pid: number;
      ts: number;
      dur: number;
    }[];
    const ends = new Map<string, number>();
    for (const { ph, tid, pid, ts, dur } of events) {
      if (ph !== 'X') continue;
      expect(ts).toBeGreaterThanOrEqual((ends.get(`${pid}/${tid}`) ?? 0) - 1e-6);
      ends.set(`${pid}/${tid}`, ts + dur);
    }
  });

  it('a summary has nothing to convert, a file name for fio may hold no blank', async () => {
    await expect(convertTrace(write('fio.json', fioResult()), { to: 'csv' })).rejects.toThrow(
      /nothing to convert/,
    );
    const { pieces } = await convertTrace(write('a.txt', writeBlkparse(requests)), {
      to: 'iolog',
      replayFile: 'a b',
    });
    expect(() => [...pieces]).toThrow(/holds a blank/);
  });
});

describe('page', () => {
  it('holds the numbers and six charts, and no markup from the file', async () => {
    const hostile = writeBlkparse(requests.map((r) => ({ ...r, command: '</script><b>' })));
    const { report, accesses } = await traceStats(write('a.txt', hostile));
    const page = renderTracePage('<img>', report, accesses);
    expect(page.match(/class="chart"/g)).toHaveLength(6);
    expect(page).not.toContain('<img>');
    expect(page).not.toContain('</script><b>');
  });
});
