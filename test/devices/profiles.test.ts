/** Every profile of a real drive or host: sourced, possible, and predicting what it claims. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkClaims, Host, QueueDevice, queueParameters } from '../../devices/index.ts';
import { ownLink } from '../../experiments/drive-link.ts';
import { References } from '../../experiments/load/references.ts';
import { Simulation } from '../../sim/index.ts';
import { closedLoop, mean } from './closed-loop.ts';

const root = join(import.meta.dirname, '../../devices/profiles');
const names = (kind: string) => readdirSync(join(root, kind)).map((file) => file.replace(/\.yaml$/, ''));
const references = new References(root);

/** Every leaf of a profile but its texts, with its path. */
function* leaves(node: unknown, path: string): Generator<[string, unknown]> {
  if (node !== null && typeof node === 'object' && !('value' in node)) {
    for (const [key, value] of Object.entries(node)) yield* leaves(value, `${path}/${key}`);
  } else if (!/\/(name|description|digest)$/.test(path)) {
    yield [path, node];
  }
}

it.each([
  ...names('drives').map((name) => `drives/${name}`),
  ...names('hosts').map((name) => `hosts/${name}`),
])('%s: every figure has its source', (name) => {
  const found = [...leaves(parse(readFileSync(join(root, `${name}.yaml`), 'utf8')), name)];
  expect(found.length).toBeGreaterThan(10);
  for (const [path, figure] of found) {
    expect(figure, path).toMatchObject({ value: expect.anything(), source: expect.stringMatching(/\w{3}/) });
    if (/recalled|assumed|not in the sources|unverified/.test((figure as { source: string }).source)) {
      expect(figure, path).toMatchObject({ verified: false });
    }
  }
});

describe.each(names('drives'))('%s', (name) => {
  const profile = references.drive(name);
  const link = ownLink(profile);
  const claims = { ...profile, queue: undefined };
  const make = (simulation: Simulation) =>
    new QueueDevice(simulation, { ...profile, parameters: queueParameters(name, claims, link) });

  it('claims nothing that its link cannot carry', () => {
    expect(checkClaims(name, profile, link)).toEqual([]);
  });

  it('predicts its own figures from its claims', () => {
    const alone = closedLoop(make, { depth: 1, bytes: 4096, count: 5000 });
    expect(Math.abs(mean(alone.latencies) / profile.readLatency - 1)).toBeLessThan(0.01);
    const depth = profile.readIopsDepth;
    const random = closedLoop(make, { depth, bytes: 4096, count: 40_000 + 20 * depth });
    expect(Math.abs(random.iops / profile.readIops - 1)).toBeLessThan(0.03);
    const bytes = Math.min(profile.maxTransfer, 1 << 20);
    const stream = closedLoop(make, {
      depth: (16 << 20) / bytes,
      bytes,
      count: (3 * 2 ** 30) / bytes,
      sequential: true,
    });
    expect(Math.abs(stream.bytesPerSecond / profile.readBandwidth - 1)).toBeLessThan(0.01);
  });
});

describe.each(names('hosts'))('%s', (name) => {
  it('makes a host whose memory, not its cores, bounds the reading of Q4 weights', () => {
    const profile = references.host(name);
    const { cpu, dram } = new Host(new Simulation({ seed: '' }), {
      cpu: profile,
      memory: { ...profile.memory, fabric: profile.fabric },
    });
    const flopPerByte = 2 / (4.5 / 8);
    const computeBytes = (profile.cores * cpu.options.kernels.matmul) / flopPerByte;
    expect(Math.min(dram.bus.rate, dram.fabric.rate)).toBeLessThan(computeBytes);
  });
});
