/**
 * The result's schema: what it accepts, what it refuses, its canonical text, and its page in docs.
 */
import { describe, expect, it } from 'vitest';
import { documentResult } from '../../../experiments/result/document.ts';
import {
  type Result,
  resultJsonSchema,
  resultSchema,
  stringifyResult,
  stringifySweep,
} from '../../../experiments/result.ts';
import { sampleCases, sampleResult } from './sample.ts';

const refused = (change: Partial<Result>) =>
  resultSchema.safeParse({ ...sampleResult(), ...change }).success === false;

describe('schema', () => {
  it('accepts the samples and additions from later versions', () => {
    for (const result of sampleCases()) resultSchema.parse({ ...result, addedLater: 1 });
  });

  it('refuses another format number, time parts that do not sum to 1, NaN, memory that does not add up', () => {
    const { time, memory } = sampleResult();
    expect(refused({ schema: 'nvmoe.result/2' as Result['schema'] })).toBe(true);
    expect(refused({ time: { ...time, reclaim: 0.2 } })).toBe(true);
    expect(refused({ prefillSeconds: Number.NaN })).toBe(true);
    expect(refused({ loadSeconds: Number.POSITIVE_INFINITY })).toBe(true);
    expect(refused({ memory: { ...memory!, kvBytes: 9e9 } })).toBe(true);
  });

  it('is published as JSON Schema that allows additions', () => {
    const schema = resultJsonSchema();
    expect(schema.required).toContain('tokensPerSecond');
    expect(schema.required).not.toContain('prefetch');
    expect(schema.additionalProperties).toBeUndefined();
  });
});

describe('canonical text', () => {
  it('reads back, ends in a newline and leaves absent parts out', () => {
    const result = sampleResult();
    const text = stringifyResult(result);
    expect(text.endsWith('}\n')).toBe(true);
    expect(text).not.toContain('null');
    expect(Object.keys(JSON.parse(text))).not.toContain('prefetch');
    expect(stringifyResult(JSON.parse(text))).toBe(text);
  });

  it('does not depend on the order in which the result was put together', () => {
    const result = sampleResult();
    const shuffled = Object.fromEntries(Object.entries(result).reverse()) as Result;
    const { mean, p50, ...rest } = result.tokenSeconds;
    expect(stringifyResult({ ...shuffled, tokenSeconds: { ...rest, p50, mean } })).toBe(
      stringifyResult(result),
    );
  });

  it('keeps the points of a sweep in order', () => {
    const results = sampleCases();
    const { points } = JSON.parse(stringifySweep(results)) as { points: Result[] };
    expect(points.map((point) => point.label)).toEqual(results.map((result) => result.label));
    expect(JSON.parse(stringifySweep([]))).toEqual({ points: [] });
  });
});

it('docs/result.md is the page made from the schema', async () => {
  await expect(documentResult()).toMatchFileSnapshot('../../../docs/result.md');
});
