/**
 * The folder of `--out`: result.json and report.html, and while a sweep runs one point-N.json for each finished point, so
 * that an interrupted sweep goes on where it was. What is
 * there is whole (write-file.ts).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, messageOf } from '../errors.ts';
import type { Experiment } from '../experiment.ts';
import { renderReport } from '../report/report.ts';
import { type Result, stringifyResult, stringifySweep } from '../result.ts';
import { writeFile } from '../write-file.ts';
import { digestOf } from './digest.ts';

const POINT_FILE = /^point-\d+\.json$/;

export class ResultFolder {
  readonly #folder: string;

  /** @throws InputError when the folder cannot be made, or holds a result of another experiment and `force` is not set */
  constructor(folder: string, name: string, force: boolean) {
    this.#folder = folder;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new InputError(`--out ${folder}: cannot be made (${messageOf(error)}); allowed is a folder`);
    }
    const other = this.#experiment();
    if (other === undefined || other === name || force) return;
    throw new InputError(
      `--out ${folder}: found a result of '${other}'; allowed is an empty folder or one of '${name}'; ` +
        'choose another folder, or --force to replace it',
    );
  }

  /** Name of the experiment whose result is there. */
  #experiment(): string | undefined {
    const path = join(this.#folder, 'result.json');
    if (!existsSync(path)) return undefined;
    try {
      const value = JSON.parse(readFileSync(path, 'utf8'));
      return String(value.experiment ?? value.points?.[0]?.experiment ?? 'something else');
    } catch {
      return 'something else';
    }
  }

  /** The result of point `index` from an interrupted run of the same experiment. */
  finished(index: number, experiment: Experiment): Result | undefined {
    const path = join(this.#folder, `point-${index + 1}.json`);
    if (!existsSync(path)) return undefined;
    try {
      const { digest, result } = JSON.parse(readFileSync(path, 'utf8'));
      return digest === digestOf(experiment) ? result : undefined;
    } catch {
      return undefined;
    }
  }

  keep(index: number, experiment: Experiment, result: Result): void {
    const text = `{"digest": ${JSON.stringify(digestOf(experiment))}, "result": ${stringifyResult(result)}}\n`;
    this.#write(`point-${index + 1}.json`, text);
  }

  /** Writes result.json and report.html; the points' files are not needed any more. @returns the report's path */
  finish(results: readonly Result[], single: boolean): string {
    this.#write('result.json', single ? stringifyResult(results[0]) : stringifySweep(results));
    this.#write('report.html', renderReport(results));
    for (const file of readdirSync(this.#folder)) {
      if (POINT_FILE.test(file)) rmSync(join(this.#folder, file));
    }
    return join(this.#folder, 'report.html');
  }

  #write(name: string, text: string): void {
    writeFile(join(this.#folder, name), text);
  }
}
