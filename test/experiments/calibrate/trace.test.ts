/** `calibrate --trace`: the parameters of a known drive found again from what a tool would have recorded of a run on it. */
import { describe, expect, it } from 'vitest';
import { QueueDevice, READ } from '../../../devices/index.ts';
import { calibrate } from '../../../experiments/calibrate/command.ts';
import { traceRows } from '../../../experiments/calibrate/trace-rows.ts';
import { exponential, Simulation, us } from '../../../sim/index.ts';
import { importTrace, toCsv } from '../../../workloads/traces/index.ts';
import { type WrittenRequest, writeBlkparse } from '../../oracles/trace-writers.ts';
import { say } from '../cli/memory-terminal.ts';
import { temporaryFolder, writeTemporary } from '../experiment-text.ts';

const ASKED = { fio: [], where: [], holdOut: [], folds: 0 };
const KNOWN = {
  readCommandTime: us(4),
  writeCommandTime: us(1),
  overheadTime: us(8),
  units: 24,
  pageBytes: 16384,
  accessTime: us(50),
  nandRate: 1e9,
  readTail: [{ share: 0.05, extra: us(40) }],
  readRate: 2e9,
  writeRate: 2e9,
  programRate: 1e9,
  programIops: 1e5,
  acknowledgeTime: us(10),
};

/** A part of a run: requests in flight at once, and the pause before all of them are asked for again; 0: each by itself. */
interface Phase {
  readonly bytes: number;
  readonly depth: number;
  readonly count: number;
  /** Mean of the pause before the next burst, ps; absent: a closed loop. */
  readonly pause?: number;
}

/** What the block layer sees of the phases on the known drive. */
function recorded(phases: readonly Phase[]): WrittenRequest[] {
  const sim = new Simulation({ seed: 'recorded' });
  const device = new QueueDevice(sim, {
    name: 'known',
    capacity: 1e12,
    maxTransfer: 2 ** 19,
    parameters: KNOWN,
  });
  const random = sim.random('offsets');
  const pauses = sim.random('pauses');
  const seen: WrittenRequest[] = [];
  let phase = 0;
  let issued = 0;
  let flying = 0;
  const submit = () => {
    const { bytes } = phases[phase];
    const sector = Math.floor((random() * 1e12) / bytes) * (bytes / 512);
    const request = {
      issue: sim.now / 1e3,
      complete: 0,
      write: false,
      sector,
      sectors: bytes / 512,
      pid: 7,
      cpu: 0,
      command: 'reader',
    };
    issued++;
    flying++;
    device.submit(READ, sector * 512, bytes, 0, done, seen.push(request) - 1);
  };
  const burst = sim.register(() => {
    for (let i = 0; i < phases[phase].depth; i++) submit();
  });
  const done = sim.register((i) => {
    seen[i].complete = sim.now / 1e3;
    flying--;
    const { count, pause } = phases[phase];
    if (issued < count && pause === undefined) submit();
    if (flying > 0) return;
    if (issued >= count) {
      if (++phase === phases.length) return;
      issued = 0;
    }
    sim.after(Math.round(exponential(pauses, pause ?? us(100))), burst);
  });
  sim.call(burst, 0, 0);
  sim.run();
  // Tools write whole nanoseconds.
  return seen.map((request) => ({
    ...request,
    issue: Math.round(request.issue),
    complete: Math.round(request.complete),
  }));
}

const STEADY: Phase[] = [
  { bytes: 4096, depth: 1, count: 1500 },
  { bytes: 4096, depth: 8, count: 1500 },
  { bytes: 4096, depth: 64, count: 4000 },
  { bytes: 131072, depth: 1, count: 500 },
  { bytes: 131072, depth: 8, count: 1500 },
];
const BURSTS: Phase[] = [1, 3, 12, 48].flatMap((depth) => [
  { bytes: 4096, depth, count: Math.max(600, 100 * depth), pause: us(300) },
  { bytes: 131072, depth, count: Math.max(150, 25 * depth), pause: us(3000) },
]);

describe('a drive calibrated from a trace', () => {
  it.each<[string, Phase[]]>([
    ['of closed loops', STEADY],
    ['of bursts with pauses', BURSTS],
  ])(
    '%s has the parameters of the drive',
    async (_, phases) => {
      const file = writeTemporary(writeBlkparse(recorded(phases)), 'trace.blkparse');
      const out = `${temporaryFolder()}/out.yaml`;
      const said = await say('calibrate', '--trace', file, '--out', out, '--json');
      expect(said.code, said.error).toBe(0);
      const { parameters, rows } = JSON.parse(said.out);
      const of = (name: string) => parameters.find((one: { name: string }) => one.name === name).value;
      const near = (value: number, truth: number, share: number) =>
        expect(Math.abs(value / truth - 1), `${value} for ${truth}`).toBeLessThan(share);
      near(of('readCommandTime') + of('overheadTime') + of('accessTime'), 62e-6, 0.02);
      near(of('readCommandTime'), 4e-6, 0.07);
      near(of('readRate'), 2e9, 0.07);
      near(of('units'), 24, 0.25);
      expect(rows.length).toBeGreaterThan(4);
      expect(rows[0].load).toMatch(/^read 4k depth 1$/);
    },
    300_000,
  );

  it('says what a trace at depth 1 cannot determine, and what would', () => {
    const text = [
      ...toCsv(importTrace(new TextEncoder().encode(writeBlkparse(recorded([STEADY[0]])))).requests!),
    ];
    const imported = importTrace(new TextEncoder().encode(text.join('')));
    const two = recorded([STEADY[0], { bytes: 4096, depth: 2, count: 1000 }]);
    const shallow = importTrace(new TextEncoder().encode(writeBlkparse(two)));
    const { warnings } = calibrate({ ...ASKED, trace: { file: 't', imported: shallow } });
    expect(warnings.join('\n')).toMatch(/units: these rows do not determine it; depths from 1/);
    expect(() => calibrate({ ...ASKED, trace: { file: 't', imported } })).toThrow(
      /found 1500 requests and 1 classes of operation, size and depth with 100/,
    );
  }, 300_000);
});

describe('classes of a trace', () => {
  const imported = (requests: readonly WrittenRequest[]) =>
    importTrace(new TextEncoder().encode(writeBlkparse(requests)));

  it('replayed on the very drive that it was recorded on, have its latencies', () => {
    const { rows, simulate } = traceRows('t', imported(recorded(BURSTS)), undefined, 512);
    const again = simulate(
      rows,
      (sim) =>
        new QueueDevice(sim, { name: 'known', capacity: 1e12, maxTransfer: 2 ** 19, parameters: KNOWN }),
      {},
    );
    rows.forEach(({ name, mean }, i) => {
      expect(Math.abs(again[i].mean / mean! - 1), name).toBeLessThan(0.05);
    });
  });

  it('of a long trace come from stretches, as deep as the whole', () => {
    const long = recorded([
      { bytes: 4096, depth: 16, count: 15_000 },
      { bytes: 4096, depth: 2, count: 15_000 },
    ]);
    const { rows, warnings } = traceRows('t', imported(long), undefined, 512);
    expect(rows.map(({ name }) => name)).toEqual(['read 4k depth 2 to 3', 'read 4k depth 16']);
    expect(warnings.join()).toContain('20000 of 30000 requests are replayed');
  });

  it('without completions are refused, with what to record', async () => {
    const log =
      'fio version 3 iolog\n0 /dev/x add\n0 /dev/x open\n10 /dev/x read 0 4096\n20 /dev/x read 4096 4096\n';
    const said = await say('calibrate', '--trace', writeTemporary(log, 'trace.log'), '--out', '/dev/null');
    expect({ code: said.code, out: said.out }).toEqual({ code: 2, out: '' });
    expect(said.error).toMatch(
      /found issue, completion and size of 0 of 2 requests \(format fio-iolog\).*record issues and completions/,
    );
    expect(() => traceRows('t', { format: 'iostat-text', warnings: [] }, undefined, 512)).toThrow(
      /found no requests \(format iostat-text\)/,
    );
  });

  it('of several devices need a choice', () => {
    const requests = imported(recorded([STEADY[0], STEADY[1]]));
    requests.requests!.devices.indexOf('other');
    expect(() => traceRows('t', requests, undefined, 512)).toThrow(/choose with --where device=259,0/);
    expect(traceRows('t', requests, '259,0', 512).rows.length).toBeGreaterThan(1);
    expect(() => traceRows('t', requests, 'sda', 512)).toThrow(
      /found no device sda; the trace is of 259,0, other/,
    );
  });
});

it('a trace has no host in front of it', async () => {
  const file = writeTemporary(writeBlkparse(recorded([{ bytes: 4096, depth: 1, count: 200 }])), 'trace.txt');
  const { error } = await say('calibrate', '--trace', file, '--host', 'fit', '--out', '/dev/null');
  expect(error).toContain('--host: a trace of the block layer is behind the host');
});
