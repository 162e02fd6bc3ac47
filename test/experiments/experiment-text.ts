/** A small experiment as text, with lines replaced, for tests of loading and of the command line. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the tests start from; the key of each line is unique. */
const LINES: Record<string, string> = {
  name: 'name: small',
  model: 'model: {architecture: gpt-oss-20b, quantisation: MXFP4}',
  host: 'host: ryzen-7700x',
  storage: 'storage: {device: wd-sn640-960gb}',
  workload: 'workload: {prompt: 2, generate: 4, warmup: 1}',
};

/** The experiment with some lines replaced or added; undefined leaves one out. */
export const experimentText = (changes: Record<string, string | undefined> = {}): string =>
  Object.values({ ...LINES, ...changes })
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`)
    .join('');

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'nvmoe-test-'));

/** Writes a file into a new folder; its path. */
export function writeTemporary(content: string | Uint8Array, name = 'experiment.yaml'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
