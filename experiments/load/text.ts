/**
 * Reads what a person points at: a file, a gzipped file, or `-` for standard input. What cannot be read is an InputError
 * that says why.
 */
import { readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.ts';

/** Far above any experiment or config.json that a person writes. */
export const MAX_TEXT_BYTES = 16 * 2 ** 20;

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be read',
  ENOTDIR: 'a part of the path is not a directory',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links run in a circle',
};

/** A path as messages show it: from the working directory where it lies in it. */
export function displayName(file: string): string {
  if (file === '-') return 'standard input';
  const near = relative('.', file);
  return near.startsWith('..') || near === '' ? file : near;
}

/** UTF-8 text of `file`. @param what e.g. "an experiment (YAML)", for messages */
export function readText(file: string, what: string): string {
  const name = displayName(file);
  const text = decode(bytesOf(file, what), name, what);
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function bytesOf(file: string, what: string): Buffer {
  const name = displayName(file);
  try {
    const size = file === '-' ? 0 : statSync(file).size;
    if (size > MAX_TEXT_BYTES) throw tooLarge(name, size, what);
    const raw = readFileSync(file === '-' ? 0 : file);
    const zipped = raw[0] === 0x1f && raw[1] === 0x8b;
    return zipped ? gunzipSync(raw, { maxOutputLength: MAX_TEXT_BYTES }) : raw;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(name, undefined, what);
    if (code.startsWith('Z_'))
      throw new InputError(`${name}: the gzip data is damaged (${message}); compress it again`);
    throw unreadable(file, what, error);
  }
}

/** Why a file cannot be read, from what the system said; an error of another kind is given back. */
export function unreadable(file: string, what: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  return new InputError(
    `${displayName(file)}: cannot be read: ${REASONS[code] ?? message}; allowed is the path of ${what}, or - for standard input`,
  );
}

function tooLarge(name: string, size: number | undefined, what: string): InputError {
  const found = size === undefined ? `more than ${MAX_TEXT_BYTES} bytes once unpacked` : `${size} bytes`;
  return new InputError(
    `${name}: found ${found}; allowed are ${MAX_TEXT_BYTES} for ${what}; is it the right file?`,
  );
}

function decode(bytes: Buffer, name: string, what: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Not UTF-8: the same answer as for zero bytes.
  }
  throw new InputError(`${name}: found binary data; allowed is ${what} as UTF-8 text; is it the right file?`);
}
