/**
 * What an independent writer wrote, the importer reads: every request once, whatever the chunks.
 */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import {
  type BlockTrace,
  FAULT_MAJOR,
  FAULT_MINOR,
  formatOf,
  type Imported,
  importTrace,
  locateFaults,
  parseProcMaps,
  toCsv,
  toFioIolog,
} from '../../../workloads/traces/index.ts';
import * as writers from '../../oracles/trace-writers.ts';
import { property } from '../../property.ts';
import { requestList, WRITTEN, type Written, type WrittenRequest } from './written.ts';

const RUNS = { numRuns: 60 };

/** Rows as the trace holds them, times from its first issue, with what the format does not keep left out. */
function rowsOf(trace: BlockTrace, kept: Written) {
  const first = trace.length > 0 ? trace.row(0).issue : 0;
  const rows = Array.from({ length: trace.length }, (_, i) => trace.row(i)).map((row) => ({
    issue: row.issue - first,
    complete: kept.completes ? row.complete - first : NaN,
    offset: row.offset,
    bytes: row.bytes,
    // The kernel event trace records reads only.
    write: kept.format === 'kernel-events' ? false : row.op === 1,
    pid: kept.threads ? row.thread : 0,
    cpu: kept.cpus ? row.cpu : 0,
    command: kept.commands ? row.source : '',
  }));
  return rows.sort((a, b) => a.issue - b.issue || a.offset - b.offset);
}

function expected(requests: readonly WrittenRequest[], kept: Written) {
  const first = Math.min(...requests.map((request) => request.issue));
  return requests
    .map((request) => ({
      issue: (request.issue - first) * 1e3,
      complete: kept.completes ? (request.complete - first) * 1e3 : NaN,
      offset: request.sector * 512,
      bytes: request.sectors * 512,
      write: kept.format === 'kernel-events' ? false : request.write,
      pid: kept.threads ? request.pid : 0,
      cpu: kept.cpus ? request.cpu : 0,
      command: kept.commands ? request.command : '',
    }))
    .sort((a, b) => a.issue - b.issue || a.offset - b.offset);
}

function importInChunks(files: readonly Uint8Array[], format: string, kept: Written, size: number): Imported {
  const importer = formatOf(format).open(kept.options ?? {});
  for (const [index, bytes] of files.entries())
    for (let at = 0; at < bytes.length; at += size) importer.push(bytes.subarray(at, at + size), index);
  return importer.finish();
}

describe.each(WRITTEN)('$format $options.layout', (kept) => {
  property([requestList(kept.unit)], RUNS)(
    'counts each request once, with its times and place',
    (requests) => {
      const files = [kept.bytes(requests)].flat();
      const imported = importTrace(files, { ...kept.options, format: kept.format });
      expect(rowsOf(imported.requests!, kept)).toEqual(expected(requests, kept));
    },
  );

  property([requestList(kept.unit, 12), fc.integer({ min: 1, max: 100 })], RUNS)(
    'whatever the chunks',
    (requests, size) => {
      const files = [kept.bytes(requests)].flat();
      const whole = importTrace(files, { ...kept.options, format: kept.format });
      const chunked = importInChunks(files, kept.format, kept, size);
      expect(rowsOf(chunked.requests!, kept)).toEqual(rowsOf(whole.requests!, kept));
      expect(chunked.warnings).toEqual(whole.warnings);
    },
  );

  property([requestList(kept.unit)], RUNS)(
    'is recognised, by its content or by the layout given',
    (requests) => {
      expect(importTrace([kept.bytes(requests)].flat(), kept.options).format).toBe(kept.format);
    },
  );
});

describe('page faults', () => {
  property([requestList(1e3)], RUNS)('perf trace: file, offset and kind', (requests) => {
    const { faults } = importTrace(Buffer.from(writers.writePerfFaults(requests)));
    const read = Array.from({ length: faults!.length }, (_, i) => [
      faults!.timeOf(i),
      faults!.offsetOf(i),
      faults!.kindOf(i),
    ]);
    expect(read).toEqual(
      requests.map((r) => [r.issue * 1e3, r.sector * 512, r.write ? FAULT_MINOR : FAULT_MAJOR]),
    );
  });

  property([requestList(1)], RUNS)(
    'bpftrace: addresses become offsets through /proc/PID/maps',
    (requests) => {
      const base = 0x7f45_0000_0000;
      const { faults } = importTrace(Buffer.from(writers.writePageFaults(requests, base)));
      const maps = `5561f2000000-5561f2001000 r--p 00000000 fe:00 7   /usr/bin/x\n${base.toString(16)}-${(base + 2 ** 44).toString(16)} r--s 00001000 fe:00 9    /data/f.dat\n`;
      expect(locateFaults(faults!, parseProcMaps(maps))).toBe(requests.length);
      const offsets = Array.from({ length: faults!.length }, (_, i) => faults!.offsetOf(i));
      expect(offsets).toEqual(requests.map((r) => r.sector * 512 + 4096));
    },
  );
});

describe('exports', () => {
  const kept = WRITTEN.find((one) => one.format === 'blkparse')!;
  const requestsOf = (requests: WrittenRequest[]): BlockTrace =>
    importTrace([kept.bytes(requests)].flat()).requests!;

  property([requestList(1)], RUNS)('csv reads back as the same trace', (list) => {
    const trace = requestsOf(list);
    const again = importTrace(Buffer.from([...toCsv(trace)].join(''))).requests!;
    expect(rowsOf(again, kept)).toEqual(rowsOf(trace, kept));
  });

  property([requestList(1e3)], RUNS)('fio iolog reads back as the same requests', (list) => {
    const trace = requestsOf(list);
    const again = importTrace(Buffer.from([...toFioIolog(trace)].join(''))).requests!;
    const onlyIssues = { ...kept, completes: false, threads: false, cpus: false, commands: false };
    expect(rowsOf(again, onlyIssues)).toEqual(rowsOf(trace, onlyIssues));
  });
});
