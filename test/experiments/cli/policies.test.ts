/** `nvmoe policies`: vectors go out, come back, and a changed decision is found. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { policies } from '../../../policies/index.ts';
import { temporaryFolder } from '../experiment-text.ts';
import { say } from './memory-terminal.ts';

it.each(policies.map(({ name }) => name))('describes %s in 100 columns', async (name) => {
  const { code, out } = await say('policies', 'describe', name);
  expect(code).toBe(0);
  expect(Math.max(...out.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(100);
  const said = JSON.parse((await say('policies', 'describe', name, '--json')).out);
  expect(said).toMatchObject({ name, version: expect.any(Number), parameters: expect.any(Object) });
});

it('exports vectors that check confirms, and finds the decision that differs', async () => {
  const file = join(temporaryFolder(), 'folder', 'clock.json');
  expect(await say('policies', 'export', 'clock:bits=2', '--out', file)).toEqual({
    code: 0,
    out: '',
    error: '',
  });
  const good = await say('policies', 'check', file);
  expect(good).toMatchObject({ code: 0, error: '' });
  expect(good.out).toContain('all 400 decisions equal');
  const text = JSON.parse(readFileSync(file, 'utf8'));
  expect(text.vectors[0].parameters).toEqual({ bits: 2 });
  text.vectors[1].hits[9] = 1 - text.vectors[1].hits[9];
  writeFileSync(file, JSON.stringify(text));
  const bad = await say('policies', 'check', file, '--json');
  expect(bad.code).toBe(1);
  expect(bad.error).toContain('1 of 3 vectors differ');
  expect(JSON.parse(bad.out).checked[1].firstDifference).toBe(9);
});

it.each([
  [['export', 'lruu'], "unknown policy 'lruu'"],
  [['export', 'clock:bits=9000'], 'it must be a whole number from'],
  [['describe', 'lruu'], "unknown policy 'lruu'"],
  [['check', join(temporaryFolder(), 'none.json')], 'there is no such file'],
  [['export', 'lru', '--out', 'package.json/x.json'], 'cannot be written'],
])('%j is bad input', async (args, says) => {
  const { code, error } = await say('policies', ...args);
  expect(error).toContain(says);
  expect(code).toBe(2);
});
