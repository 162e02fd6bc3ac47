/** `nvmoe report`: what it reads, where it writes, and what it says about files that are no results. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../experiments/errors.ts';
import { readResults, reportCommand } from '../../../experiments/report/command.ts';
import { stringifyResult, stringifySweep } from '../../../experiments/result.ts';
import { sampleCases, sampleResult } from '../result/sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'nvmoe-report-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('readResults', () => {
  it('reads a run, a sweep, and either gzipped', () => {
    const run = stringifyResult(sampleResult());
    expect(readResults(file('run.json', run))).toHaveLength(1);
    expect(readResults(file('run.json.gz', gzipSync(run)))).toHaveLength(1);
    expect(readResults(file('sweep.json', stringifySweep(sampleCases()))).map((r) => r.label)).toEqual(
      sampleCases().map((r) => r.label),
    );
  });

  it.each([
    ['not JSON', 'tokens: 3', /is not JSON/],
    ['another object', '{"a": 1}', /is not a result of nvmoe: schema: .*nvmoe\.result\/1/],
    ['another format number', '{"schema": "nvmoe.result/2"}', /schema: .*nvmoe\.result\/1/],
    ['no points', '{"points": []}', /points: /],
    ['a damaged point', '{"points": [{"schema": "nvmoe.result/1"}]}', /points\.0\.experiment: /],
    ['null', 'null', /is not a result of nvmoe/],
  ])('explains %s', (name, content, message) => {
    const path = file(`${name}.json`, content);
    expect(() => readResults(path)).toThrow(InputError);
    expect(() => readResults(path)).toThrow(message);
  });

  it('names a file that is not there, or not whole', () => {
    expect(() => readResults(join(folder, 'none.json'))).toThrow(/cannot read result file .*none\.json/);
    const broken = file('cut.json.gz', gzipSync('{}').subarray(0, 12));
    expect(() => readResults(broken)).toThrow(/cannot read result file .*cut\.json\.gz/);
  });
});

describe('reportCommand', () => {
  it('writes beside the first file, or where asked, making the folder', () => {
    const run = file('result.json', stringifyResult(sampleResult()));
    expect(reportCommand([run])).toBe(join(folder, 'report.html'));
    const asked = join(folder, 'new', 'folder', 'page.html');
    expect(reportCommand([run, run], asked)).toBe(asked);
    expect(readFileSync(asked, 'utf8')).toMatch(/^<!doctype html>/);
  });
});
