/**
 * Import speed of the trace formats that reach gigabytes, on synthetic traces from the independent writers, pushed in
 * chunks of 1 MiB; and the memory held per request against the bytes of its columns.
 */
import { BYTES_PER_ROW, formatOf, type ImportOptions } from '../../workloads/traces/index.ts';
import {
  type WrittenRequest,
  writeAlibaba,
  writeBlkparse,
  writeBlkparseLayout,
  writeBlktrace,
  writeBpftraceIssue,
} from '../oracles/trace-writers.ts';
import { type BenchRow, median, timed } from './row.ts';

const REPEATS = 5;
const CHUNK = 1 << 20;
/** Bytes pushed in one measurement. */
const VOLUME = 128 << 20;

/** Random reads of 4 KiB to 1 MiB at depths up to 32 on two processors. */
function requests(count: number): WrittenRequest[] {
  let state = 1;
  const next = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: count }, (_, i) => ({
    issue: i * 5000 + next(4000),
    complete: i * 5000 + 20_000 + next(150_000),
    write: next(10) === 0,
    sector: next(2 ** 30) * 8,
    sectors: 8 << next(9),
    pid: 19_000 + next(8),
    cpu: next(2),
    command: 'llama-cli',
  }));
}

interface Pushed {
  megabytesPerSecond: number;
  requests: number;
}

/** Pushes the files again and again until VOLUME bytes are in, as one trace of one importer a round. */
function push(format: string, files: readonly Uint8Array[], options: ImportOptions): Pushed {
  const size = files.reduce((sum, file) => sum + file.length, 0);
  const rounds = Math.max(1, Math.ceil(VOLUME / size));
  let imported = 0;
  const seconds = timed(() => {
    for (let round = 0; round < rounds; round++) {
      const importer = formatOf(format).open(options);
      for (const [index, file] of files.entries())
        for (let at = 0; at < file.length; at += CHUNK) importer.push(file.subarray(at, at + CHUNK), index);
      imported += importer.finish().requests!.length;
    }
  });
  return { megabytesPerSecond: (size * rounds) / seconds / 1e6, requests: imported / rounds };
}

/** Bytes of typed arrays alive. (The second collection waits for the first one's concurrent sweeper.) */
function arrayBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().arrayBuffers;
}

/** Bytes of typed arrays per request after an import, of an importer that is let go. */
function memoryPerRequest(file: Uint8Array): number {
  const before = arrayBytes();
  const importer = formatOf('blkparse').open({});
  for (let at = 0; at < file.length; at += CHUNK) importer.push(file.subarray(at, at + CHUNK));
  const { requests: trace } = importer.finish();
  return (arrayBytes() - before) / trace!.length;
}

const LAYOUT = '%5T.%9t,%M,%m,%c,%s,%p,%a,%d,%S,%n,%N,%C\\n';

export function tracesBench(): BenchRow[] {
  const list = requests(200_000);
  const text = Buffer.from(writeBlkparse(list));
  const cases: {
    name: string;
    format: string;
    files: Uint8Array[];
    options?: ImportOptions;
    bar?: number;
  }[] = [
    { name: 'blkparse, default layout', format: 'blkparse', files: [text], bar: 250 },
    {
      name: 'blkparse -f, twelve fields',
      format: 'blkparse-layout',
      files: [Buffer.from(writeBlkparseLayout(list, LAYOUT))],
      options: { layout: LAYOUT },
      bar: 100,
    },
    { name: 'blktrace, two processors', format: 'blktrace', files: writeBlktrace(list, 2), bar: 300 },
    { name: 'bpftrace issues', format: 'bpftrace-issue', files: [Buffer.from(writeBpftraceIssue(list))] },
    { name: 'Alibaba', format: 'alibaba', files: [Buffer.from(writeAlibaba(list))] },
  ];
  const rows = cases.map(({ name, format, files, options = {}, bar }): BenchRow => {
    push(format, files, options);
    const value = median(
      Array.from({ length: REPEATS }, () => push(format, files, options).megabytesPerSecond),
    );
    return {
      name: `import ${name}`,
      value,
      unit: 'MB/s',
      ...(bar === undefined ? {} : { bar, met: value >= bar }),
    };
  });
  const perRequest = median(Array.from({ length: REPEATS }, () => memoryPerRequest(text)));
  // What is left of the in-flight table and of the chunk at hand is within a tenth of 200,000 rows.
  const limit = BYTES_PER_ROW * 1.1;
  rows.push({
    name: 'memory of an imported trace',
    value: perRequest,
    unit: 'B/request',
    bar: limit,
    barText: `<= ${limit.toFixed(0)} B/request (its columns)`,
    met: perRequest <= limit,
  });
  return rows;
}
