/**
 * Statistics of a trace against slow references and against cases worked out by hand.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accessMap,
  BlockTrace,
  DISCARD,
  importTrace,
  READ,
  traceStatistics,
} from '../../../workloads/traces/index.ts';
import * as oracle from '../../oracles/trace-statistics.ts';
import { type WrittenRequest, writeBlkparse } from '../../oracles/trace-writers.ts';
import { property } from '../../property.ts';
import { requestList } from './written.ts';

/** Requests of one device, [issue, complete] in us, [offset, bytes] in KiB. */
function traceOf(rows: [number, number, number, number][], device = 'd', thread = 1): BlockTrace {
  const trace = new BlockTrace();
  for (const [issue, complete, offset, bytes] of rows)
    trace.add(
      issue * 1e6,
      complete * 1e6,
      trace.devices.indexOf(device),
      offset * 1024,
      bytes * 1024,
      READ,
      thread,
      0,
      0,
    );
  return trace.sortByIssue();
}

const imported = (requests: WrittenRequest[]): BlockTrace =>
  importTrace(Buffer.from(writeBlkparse(requests))).requests!;

/** Requests close together, so that gaps of every class and overlaps appear. */
const near = requestList(1000).map((list) =>
  list.map((request, i) => ({
    ...request,
    sector: (request.sector % 4096) + (i % 3) * 256,
    sectors: 1 + (request.sectors % 300),
  })),
);

describe('against the reference', () => {
  property([near])('volume, depth and gaps', (requests) => {
    const statistics = traceStatistics(imported(requests));
    expect(statistics.requests).toBe(requests.length);
    expect(statistics.bytes).toBe(requests.reduce((sum, r) => sum + r.sectors * 512, 0));
    expect(statistics.uniqueBytes).toBe(oracle.uniqueBytes(requests));
    expect(Object.values(statistics.gaps).map((gap) => gap.requests)).toEqual(oracle.gaps(requests));
    expect(statistics.sequentialShare + statistics.forwardGapShare + statistics.backwardShare).toBeCloseTo(
      1,
      12,
    );
  });

  property([requestList(1000)])('depth is the mean over time: Little’s law', (requests) => {
    const statistics = traceStatistics(imported(requests));
    const [mean, most] = oracle.depth(requests);
    expect(statistics.queueDepth.mean).toBeCloseTo(mean, 8);
    expect(statistics.queueDepth.max).toBeGreaterThanOrEqual(most);
    const { bytesPerSecond, binSeconds } = statistics.overTime;
    const bytes = bytesPerSecond.reduce((sum, rate) => sum + rate * binSeconds, 0);
    expect(bytes / statistics.bytes).toBeCloseTo(1, 6);
  });

  property([near, fc.integer({ min: 1, max: 30 })])(
    'the access map holds every byte once',
    (requests, cells) => {
      const trace = imported(requests);
      const map = accessMap(trace, cells, cells);
      const total = map.bytes.flat().reduce((sum, bytes) => sum + bytes, 0);
      expect(total / traceStatistics(trace).bytes).toBeCloseTo(1, 6);
    },
  );
});

describe('by hand', () => {
  it('classes of gaps and their shares', () => {
    const statistics = traceStatistics(
      traceOf([
        [0, 10, 0, 64],
        [1, 11, 64, 64],
        [2, 12, 255, 1],
        [3, 13, 384, 64],
        [4, 14, 1471, 1],
        [5, 15, 4096, 4],
        [6, 16, 0, 64],
      ]),
    );
    const counts = Object.fromEntries(
      Object.entries(statistics.gaps).map(([name, gap]) => [name, gap.requests]),
    );
    expect(counts).toEqual({ '0': 1, '<128 KiB': 1, '<1 MiB': 2, larger: 1, backward: 1 });
    expect(statistics.sequentialShare).toBeCloseTo(1 / 6, 12);
    expect(statistics.forwardGapShare).toBeCloseTo(4 / 6, 12);
    expect(statistics.backwardShare).toBeCloseTo(1 / 6, 12);
  });

  it('amplification is bytes over different bytes, device by device', () => {
    const trace = traceOf([
      [0, 1, 0, 4],
      [1, 2, 0, 4],
      [2, 3, 2, 4],
    ]);
    trace.add(3e6, 4e6, trace.devices.indexOf('other'), 0, 4096, READ, 1, 0, 0);
    const statistics = traceStatistics(trace);
    expect(statistics.uniqueBytes).toBe(6 * 1024 + 4096);
    expect(statistics.amplification).toBeCloseTo(16 / 10, 12);
  });

  it('a request of one device does not follow one of another', () => {
    const trace = new BlockTrace();
    for (let i = 0; i < 20; i++)
      trace.add(i, i + 1, trace.devices.indexOf(`d${i % 2}`), (i >> 1) * 4096, 4096, READ, i % 2, 0, 0);
    expect(traceStatistics(trace).sequentialShare).toBe(1);
  });

  it.each([
    ['sequential', Array.from({ length: 100 }, (_, i) => i * 4)],
    ['random', Array.from({ length: 100 }, (_, i) => ((i * 61) % 100) * 1000)],
    ['hybrid', Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? i * 1000 : (i - 1) * 1000 + 4))],
  ])('%s is called so', (verdict, offsets) => {
    const trace = traceOf(
      offsets.map((offset, i): [number, number, number, number] => [i, i + 1, offset, 4]),
    );
    expect(traceStatistics(trace)).toMatchObject({ verdict });
  });

  it('interleaved streams are named in the evidence', () => {
    const trace = new BlockTrace();
    for (let i = 0; i < 100; i++)
      trace.add(i, i + 1, 0, (i % 4) * 1e9 + (i >> 2) * 4096, 4096, READ, i % 4, 0, 0);
    const { verdict, evidence } = traceStatistics(trace);
    expect(verdict).toBe('random');
    expect(evidence.join('\n')).toContain('interleaved');
  });

  it('stalls are times without a request in flight', () => {
    const { stalls } = traceStatistics(
      traceOf([
        [0, 100, 0, 4],
        [50, 200, 4, 4],
        [5200, 5300, 8, 4],
        [5800, 5900, 12, 4],
      ]),
    );
    expect(stalls).toMatchObject({ basis: 'no request in flight', count: 1 });
    expect(stalls.seconds).toBeCloseTo(5e-3, 12);
    expect(stalls.longest[0].at).toBeCloseTo(200e-6, 12);
  });

  it('without completions, stalls are times between issues and latency is not known', () => {
    const { stalls, latencySeconds, completedShare } = traceStatistics(
      traceOf([
        [0, NaN, 0, 4],
        [5000, NaN, 4, 4],
      ]),
    );
    expect(stalls).toMatchObject({ basis: 'time between issues', count: 1 });
    expect([latencySeconds.mean, completedShare]).toEqual([NaN, 0]);
  });

  it('a lone request is one sequential run; none has no statistics but does not fail', () => {
    expect(traceStatistics(traceOf([[0, 1, 0, 4]])).sequentialShare).toBe(1);
    expect(traceStatistics(new BlockTrace())).toMatchObject({ requests: 0, bytes: 0 });
  });

  it('a discard is no traffic', () => {
    const trace = traceOf([[0, 1, 0, 4]]);
    trace.add(2e6, 3e6, 0, 0, 2 ** 40, DISCARD, 1, 0, 0);
    expect(traceStatistics(trace)).toMatchObject({ requests: 1, bytes: 4096, operations: { discard: 1 } });
  });
});

describe('what cannot be is flagged', () => {
  const busy = traceOf(
    Array.from({ length: 100 }, (_, i): [number, number, number, number] => [i, i + 10, i * 128, 128]),
  );

  it('a bandwidth above the link', () => {
    const rate = traceStatistics(busy).bytesPerSecond;
    expect(traceStatistics(busy, { link: rate * 2 }).warnings).toEqual([]);
    expect(traceStatistics(busy, { link: rate / 2 }).warnings[0]).toContain('above the link');
  });

  it('a bandwidth above any link, without one given: times in a wrong unit', () => {
    const iolog = `fio version 3 iolog\n${Array.from({ length: 100 }, (_, i) => `${i} /f read ${i << 20} 1048576\n`).join('')}`;
    const asMicroseconds = importTrace(Buffer.from(iolog)).requests!;
    expect(traceStatistics(asMicroseconds).warnings[0]).toContain('wrong unit of time');
    const asMilliseconds = importTrace(Buffer.from(iolog), { iologUnit: 1e9 }).requests!;
    expect(traceStatistics(asMilliseconds).warnings).toEqual([]);
  });

  it('every action of an I/O printed as a request', () => {
    const lines = Array.from({ length: 50 }, (_, i) =>
      [0, 1, 2, 3, 4].map((action) => `${1e12 + i * 1e6 + action}, R, 4096, ${i * 999}, 8`),
    );
    const trace = importTrace(Buffer.from(lines.flat().join('\n'))).requests!;
    expect(traceStatistics(trace).warnings.join()).toContain('several actions of one I/O');
  });

  it('completions before issues', () => {
    expect(
      traceStatistics(
        traceOf([
          [5, 1, 0, 4],
          [6, 7, 4, 4],
        ]),
      ).warnings.join(),
    ).toContain('before they are issued');
  });
});
