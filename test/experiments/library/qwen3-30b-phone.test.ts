/**
 * BigMoeOnEdge on a phone: Qwen3-30B-A3B from UFS, by O_DIRECT on four threads. The profiles are calibrated on qwen_stream
 * and on the first 64 tokens of qwen_c2000_l4; every other token is predicted from the bytes that it read.
 *
 * What is left: computing grows while reads are under way (wall - stall of qwen_c4000_l4_ov is 193 ms, 53 of its 256 tokens
 * above 250 ms), as eight threads share eight unequal, hot cores; the simulated ones do not slow down.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadExperiments } from '../../../experiments/load.ts';
import { runExperiment } from '../../../experiments/run.ts';
import { describeMeasured, measured } from '../../data.ts';
import { writeTemporary } from '../experiment-text.ts';

const folder = 'inference/qwen3-30b-phone';
const trace = (name: string) => `${folder}/${name}.csv`;
const traces = ['qwen_stream', 'qwen_c2000_l4', 'qwen_c4000_l4_ov'].map(trace);

/** Means of a trace's columns over tokens [from, to), ms. */
function means(name: string, from: number, to: number) {
  const lines = readFileSync(measured(trace(name)), 'utf8').split('\n');
  const rows = lines.filter((line) => /^\d/.test(line)).slice(from, to);
  const column = (title: string) => {
    const at = lines
      .find((line) => line.startsWith('step'))!
      .trim()
      .split(',')
      .indexOf(title);
    return rows.reduce((sum, row) => sum + Number(row.split(',')[at]), 0) / rows.length;
  };
  return {
    wall: column('wall_ms'),
    io: column('io_ms'),
    compute: column('compute_ms'),
    stall: column('stall_ms'),
  };
}

async function predicted(name: string, tokens: number, warmup: number, ...settings: string[]) {
  const file = writeTemporary(`
name: ${name}
model: {architecture: qwen3-30b, quantisation: Q4_K_M}
host: snapdragon-phone-12gb
storage: {device: ufs-4-phone}
io: {interface: psync, threads: 4, request: 4 MiB}
cache: {bytesRead: ${measured(trace(name))}}
execution: synchronous
compute: {threads: 4}
workload: {prompt: 0, context: 34, generate: ${tokens}, warmup: ${warmup}, routing: {kind: uniform}}
`);
  const { points } = await loadExperiments(file, settings);
  const { tokenSeconds, time } = runExperiment(points[0].experiment);
  const wall = tokenSeconds.mean * 1e3;
  return { wall, wait: time.exposedIo * wall, compute: (time.compute + time.software) * wall };
}

const error = (found: number, wanted: number) => Math.abs(found / wanted - 1);

describeMeasured('Qwen3-30B on a phone', traces, () => {
  it('is calibrated on qwen_stream, and on 64 tokens of qwen_c2000_l4', async () => {
    const stream = await predicted('qwen_stream', 64, 0, 'software.perByte=0 s/B');
    const all = means('qwen_stream', 0, 256);
    expect(error(stream.wait, all.io)).toBeLessThan(0.02);
    expect(error(stream.compute, all.compute)).toBeLessThan(0.02);
    const cached = await predicted('qwen_c2000_l4', 64, 0);
    expect(error(cached.compute, means('qwen_c2000_l4', 0, 64).compute)).toBeLessThan(0.02);
  });

  it('predicts the other 192 tokens with a cache of 2,000 MiB', async () => {
    const { wall, wait } = await predicted('qwen_c2000_l4', 256, 64);
    const found = means('qwen_c2000_l4', 64, 256);
    expect(error(wait, found.io)).toBeLessThan(0.15);
    expect(error(wall, found.wall)).toBeLessThan(0.2);
  });

  it('predicts a cache of 4,000 MiB with overlapped reads', async () => {
    const { wall, wait } = await predicted('qwen_c4000_l4_ov', 256, 0, 'execution=overlapped');
    const found = means('qwen_c4000_l4_ov', 0, 256);
    expect(error(wait, found.stall)).toBeLessThan(0.25);
    expect(error(wall, found.wall)).toBeLessThan(0.2);
  });
});
