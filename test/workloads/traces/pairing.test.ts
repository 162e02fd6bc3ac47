/**
 * One action per I/O: pairing of issues with completions, and the table of requests in flight.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockTrace } from '../../../workloads/traces/block-trace.ts';
import { importTrace, READ } from '../../../workloads/traces/index.ts';
import { Outstanding } from '../../../workloads/traces/outstanding.ts';
import { RequestPairing } from '../../../workloads/traces/pairing.ts';
import { property } from '../../property.ts';

describe('requests in flight', () => {
  const operation = fc.record({
    insert: fc.boolean(),
    device: fc.nat({ max: 2 }),
    sector: fc.nat({ max: 20 }).map((n) => n * 2 ** 31),
  });
  property([fc.array(operation, { maxLength: 600 })])('are found as in a map of stacks', (operations) => {
    const table = new Outstanding();
    const model = new Map<string, number[]>();
    operations.forEach(({ insert, device, sector }, row) => {
      const key = `${device}/${sector}`;
      const stack = model.get(key) ?? [];
      model.set(key, stack);
      if (insert) {
        table.insert(device, sector, row);
        stack.push(row);
      } else expect(table.take(device, sector)).toBe(stack.pop() ?? -1);
    });
    expect(table.size).toBe([...model.values()].reduce((sum, stack) => sum + stack.length, 0));
  });
});

describe('pairing', () => {
  const setUp = () => {
    const trace = new BlockTrace();
    trace.devices.indexOf('d');
    return { trace, pairing: new RequestPairing(trace) };
  };

  it('a completion in parts completes with the last part', () => {
    const { trace, pairing } = setUp();
    pairing.issued(0, 0, 100, 8192, READ, 1, 0, 0);
    pairing.completed(10, 0, 100, 4096, READ, 0);
    expect(trace.completeOf(0)).toBeNaN();
    pairing.completed(20, 0, 108, 4096, READ, 0);
    expect(trace.row(0)).toMatchObject({ issue: 0, complete: 20, bytes: 8192 });
    expect(pairing.warnings()).toEqual([]);
  });

  it('a request given back by the driver is issued once', () => {
    const { trace, pairing } = setUp();
    pairing.issued(0, 0, 100, 4096, READ, 1, 0, 0);
    pairing.requeued(0, 100);
    pairing.issued(50, 0, 100, 4096, READ, 1, 0, 0);
    pairing.completed(70, 0, 100, 4096, READ, 0);
    expect(trace.length).toBe(1);
    expect(trace.row(0)).toMatchObject({ issue: 50, complete: 70 });
  });

  it('after a lost completion the newest issue is the one completed', () => {
    const { trace, pairing } = setUp();
    pairing.issued(0, 0, 100, 4096, READ, 1, 0, 0);
    pairing.issued(1000, 0, 100, 4096, READ, 1, 0, 0);
    pairing.completed(1010, 0, 100, 4096, READ, 0);
    expect([trace.completeOf(0), trace.completeOf(1)]).toEqual([NaN, 1010]);
    expect(pairing.warnings()).toEqual([
      '1 of 2 requests have no completion in the trace: latency not known',
    ]);
  });

  it('what completes without an issue, and what moves no data, is not counted', () => {
    const { trace, pairing } = setUp();
    pairing.completed(5, 0, 100, 4096, READ, 0);
    pairing.issued(6, 0, 0, 0, READ, 1, 0, 0);
    expect(trace.length).toBe(0);
    expect(pairing.warnings()).toHaveLength(2);
  });
});

describe('the counted action', () => {
  const line = (letter: string, time: string) =>
    `259,0    1        1     0.${time} 19359  ${letter}   R 7904 + 8 [fio]\n`;
  const bio = Buffer.from(line('Q', '000000000') + line('C', '000038115'));

  it('a trace without D is refused, naming what is there and the choice', () => {
    expect(() => importTrace(bio)).toThrow(/actions C x 1, Q x 1.*expected action D.*choose Q/);
  });

  it.each([
    ['Q', 0, 38_115_000],
    ['C', NaN, 38_115_000],
  ] as const)('counted by %s it is one request', (action, issue, complete) => {
    const trace = importTrace(bio, { action }).requests!;
    expect(trace.length).toBe(1);
    expect(trace.row(0)).toMatchObject({ issue, complete, bytes: 4096 });
  });
});
