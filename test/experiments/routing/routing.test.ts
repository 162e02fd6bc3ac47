/** `nvmoe routing`: what it prints, what it writes, what it refuses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExperiments, runExperiment } from '../../../experiments/index.ts';
import { CONVERSIONS } from '../../../experiments/routing/convert-command.ts';
import { say } from '../cli/memory-terminal.ts';
import { experimentText, temporaryFolder, writeTemporary } from '../experiment-text.ts';

const SHAPE = ['--layers', '4', '--experts', '16', '--top-k', '2'];
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const generate = (...args: string[]) => say('routing', 'generate', '--tokens', '40', ...SHAPE, ...args);
const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));
const choicesOf = (jsonl: string) =>
  jsonl
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).layers);

beforeAll(async () => {
  const { code } = await generate('--out', at('trace.jsonl'));
  expect(code).toBe(0);
});

describe('routing generate', () => {
  it('writes the shape asked for, the same for a seed, gzipped where the name says so', async () => {
    const { out } = await generate();
    expect(choicesOf(out)).toHaveLength(40);
    expect(choicesOf(out)[7].map((layer: number[]) => layer.length)).toEqual([2, 2, 2, 2]);
    expect(readFileSync(at('trace.jsonl'), 'utf8')).toBe(out);
    expect((await generate('--seed', '7')).out).not.toBe(out);
    await generate('--out', at('trace.jsonl.gz'), '--quiet');
    expect(gunzipSync(readFileSync(at('trace.jsonl.gz'))).toString()).toBe(out);
    const { out: said } = await generate('--out', at('b.jsonl'), '--json');
    expect(JSON.parse(said)).toMatchObject({ tokens: 40, layers: 4, experts: 16, topK: 2 });
  });

  it('uniform routing in a model’s own layer numbers', async () => {
    const { out } = await say(
      ...['routing', 'generate', '--fit', 'uniform', '--model', 'deepseek-v2-lite', '--tokens', '2'],
    );
    const [token] = choicesOf(out);
    expect(token.map((layer: number[]) => layer.length)).toEqual([0, ...new Array(26).fill(6)]);
  });

  it.each([
    [['--fit', 'deepseek-lik'], 'did you mean deepseek-like'],
    [['--model', 'llama-2-7b'], 'allowed is one of them'],
    [['--format', 'xml'], 'Allowed choices are bigmoe'],
    [['--out', join(folder, 'no', 'such', 'folder')], 'cannot write'],
  ])('%j is bad input', async (args, says) => {
    const { code, error } = await generate(...args);
    expect(code).toBe(2);
    expect(error).toContain(says);
  });

  it.each([
    [[], 'fits any shape'],
    [['--fit', 'uniform'], 'without a shape'],
    [['--layers', '3'], 'a part of a shape'],
    [['--model', 'llama-2-7b'], 'routes no experts'],
  ])('%j without a shape is bad input', async (args, says) => {
    const { code, error } = await say('routing', 'generate', '--tokens', '2', ...args);
    expect(code).toBe(2);
    expect(error).toContain(says);
  });
});

describe('routing convert', () => {
  it.each(
    CONVERSIONS.filter((to) => to !== 'u32' && to !== 'oracle'),
  )('to %s and back: the same choices', async (to) => {
    expect(
      (await say('routing', 'convert', at('trace.jsonl'), '--to', to, '--out', at(`x.${to}`))).code,
    ).toBe(0);
    const { out } = await say('routing', 'convert', at(`x.${to}`), '--to', 'jsonl');
    expect(choicesOf(out)).toEqual(choicesOf(readFileSync(at('trace.jsonl'), 'utf8')));
  });

  it('to ids for cache simulators, which miss alike', async () => {
    await say('routing', 'convert', at('trace.jsonl'), '--to', 'u32', '--out', at('ids.u32'));
    await say('routing', 'convert', at('trace.jsonl'), '--to', 'oracle', '--out', at('ids.oracleGeneral'));
    const missed = async (file: string) =>
      JSON.parse(
        (await say('cache', at(file), '--policy', 'lru', '--capacity', '25%', '--workers', '0', '--json'))
          .out,
      ).results[0].misses;
    const of = await missed('trace.jsonl');
    expect([await missed('ids.u32'), await missed('ids.oracleGeneral')]).toEqual([of, of]);
    const { code, error } = await say('routing', 'convert', at('trace.jsonl'), '--to', 'u32');
    expect(code).toBe(2);
    expect(error).toContain('name a file with --out');
  });

  it('takes one phase', async () => {
    const prompt = 'token,batch_pos,layer,e0\n0,0,0,1\n0,1,0,2\n1,0,0,3\n';
    writeFileSync(at('p.csv'), prompt);
    const { out } = await say('routing', 'convert', at('p.csv'), '--to', 'jsonl', '--phase', 'prefill');
    expect(choicesOf(out)).toEqual([[[1]], [[2]]]);
  });
});

describe('routing stats', () => {
  it('prints one object with the keys that other programs rely on, and tables of 100 columns', async () => {
    const { out, code } = await say('routing', 'stats', at('trace.jsonl'), '--json');
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      phase: 'decode',
      tokens: 40,
      layers: 4,
      experts: 16,
      topK: 2,
      accesses: 320,
    });
    expect(report.popularity.counts[3]).toHaveLength(16);
    for (const key of ['reuse', 'reuseDistance', 'missRatio', 'predictability', 'workingSet', 'drift'])
      expect(report[key], key).toBeTypeOf('object');
    const shown = (await say('routing', 'stats', at('trace.jsonl'))).out;
    expect(shown).toContain('LRU misses');
    expect(widest(shown)).toBeLessThanOrEqual(100);
  });

  it('compares prompt and answer, and other traces', async () => {
    const hostile = at('<script>alert(1).jsonl');
    writeFileSync(hostile, (await generate('--seed', 'x')).out);
    const args = ['routing', 'stats', at('trace.jsonl'), '--compare', hostile, '--html', at('page.html')];
    const { out } = await say(...args, '--json');
    const { divergence } = JSON.parse(out);
    expect(divergence.parts).toEqual(['generated', hostile]);
    expect(divergence.bits[0][0]).toBeCloseTo(0, 9);
    expect(divergence.bits[0][0]).toBeGreaterThanOrEqual(0);
    expect(divergence.bits[0][1]).toBeGreaterThan(0);
    const page = readFileSync(at('page.html'), 'utf8');
    for (const title of ['layer x expert', 'Miss ratio curves', 'Reuse by lag', 'Prompts and domains'])
      expect(page).toContain(title);
    expect(page).not.toContain('<script>alert');
  });

  it('a prompt alone is all there is', async () => {
    writeFileSync(at('prompt.csv'), 'token,batch_pos,layer,e0\n0,0,0,1\n0,1,0,2\n');
    expect(JSON.parse((await say('routing', 'stats', at('prompt.csv'), '--json')).out).phase).toBe('all');
  });

  it.each([
    [['none.jsonl'], 'there is no such file'],
    [['trace.jsonl', '--phase', 'prefill'], 'found no token of phase prefill'],
    [['trace.jsonl', '--tokens', '1'], 'at least 2 tokens'],
    [['trace.jsonl', '--experts', '3'], 'expected 0 to 2'],
    [['trace.jsonl', '--format', 'csv'], 'expected a header'],
  ])('%j is bad input', async ([file, ...args], says) => {
    const { code, error } = await say('routing', 'stats', at(file), ...args);
    expect(code).toBe(2);
    expect(error).toContain(says);
  });
});

describe('routing fit', () => {
  it('writes a model that generates, and that an experiment routes by, token for token', async () => {
    const shape = ['--layers', '24', '--experts', '32', '--top-k', '4'];
    const trace = at('gptoss.jsonl');
    await say('routing', 'generate', '--tokens', '34', ...shape, '--out', trace, '--quiet');
    const model = at('fit.yaml');
    const { out, code } = await say(
      'routing',
      'fit',
      trace,
      '--out',
      model,
      '--first-half',
      '--seeds',
      '1',
      '--json',
    );
    expect(code).toBe(0);
    const { check, intervals, tokens } = JSON.parse(out);
    expect(tokens).toBe(17);
    expect(check.figures[0]).toMatchObject({ name: 'LRU misses at 5 %' });
    expect(intervals.layerShares).toHaveLength(24);

    const made = await say('routing', 'generate', '--fit', model, '--tokens', '6', '--seed', '5', '--json');
    const file = writeTemporary(
      experimentText({
        seed: 'seed: 5',
        workload: `workload: {prompt: 2, generate: 4, warmup: 0, routing: {kind: synthetic, fit: ${model}}}`,
      }),
    );
    const replayed = writeTemporary(
      experimentText({
        seed: 'seed: 5',
        workload: `workload: {prompt: 2, generate: 4, warmup: 0, routing: {kind: replay, trace: ${writeTemporary(made.out, 'made.jsonl')}}}`,
      }),
    );
    const requests = async (path: string) => {
      const { points } = await loadExperiments(path);
      return runExperiment(points[0].experiment).cache;
    };
    expect(await requests(file)).toEqual(await requests(replayed));
  });

  it.each([
    [['--groups', '3:2'], 'groups are 2 of 3'],
    [['--groups', 'x'], 'GROUPS:CHOSEN'],
    [['--tokens', '20'], 'at least 16'],
  ])('%j is bad input', async (args, says) => {
    const { code, error } = await say(
      'routing',
      'fit',
      at('trace.jsonl'),
      '--first-half',
      '--seeds',
      '0',
      ...args,
    );
    expect(code).toBe(2);
    expect(error).toContain(says);
  });
});
