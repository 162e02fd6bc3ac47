/**
 * Trace files from disk: gzip, siblings of a blktrace file, empty files.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTrace } from '../../../workloads/traces/index.ts';
import { writeBlkparse, writeBlktrace } from '../../oracles/trace-writers.ts';
import { requestList } from './written.ts';

describe('trace files', () => {
  const requests = fc.sample(requestList(1, 40), { seed: 3, numRuns: 8 })[7];
  let folder = '';
  const write = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'traces-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gzip is recognised by its content', async () => {
    const { requests: trace } = await loadTrace(write('text.gz.anything', gzipSync(writeBlkparse(requests))));
    expect(trace!.length).toBe(requests.length);
  });

  it('a gzip file cut off is an error', async () => {
    const bytes = gzipSync(writeBlkparse(requests));
    await expect(loadTrace(write('cut.gz', bytes.subarray(0, bytes.length - 20)))).rejects.toThrow(
      /unexpected end/,
    );
  });

  it('one blktrace file stands for those of all processors, an empty one included', async () => {
    for (const [cpu, bytes] of writeBlktrace(requests, 3).entries()) write(`sda.blktrace.${cpu + 1}`, bytes);
    write('sda.blktrace.0', '');
    write('sdb.blktrace.1', 'another trace');
    for (const cpu of [0, 2]) {
      const { requests: trace, warnings } = await loadTrace(join(folder, `sda.blktrace.${cpu}`));
      expect(trace!.length).toBe(requests.length);
      expect(warnings).toEqual([]);
    }
  });

  it('an empty file is no known trace', async () => {
    await expect(loadTrace(write('empty', ''))).rejects.toThrow(/not a known trace/);
  });
});
