/**
 * Writes a file whole or not at all: beside its place under a temporary name, then renamed, so that an interrupted
 * command leaves the old file as it was. Makes the folder where there is none.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError, messageOf } from './errors.ts';

/** @throws InputError when the path cannot be written */
export function writeFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    // A device or pipe such as /dev/stdout is written to, not replaced.
    const inPlace = statSync(path, { throwIfNoEntry: false })?.isFile() === false;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(inPlace ? path : temporary, text);
    if (!inPlace) renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw new InputError(`${path}: cannot be written: ${messageOf(error)}; give another path`);
  }
}
