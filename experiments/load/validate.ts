/** Data against a schema; the first problem becomes an InputError that opens with file, line and key. */
import type { z } from 'zod';
import { InputError, type KeyPath } from '../errors.ts';
import { check } from '../schema/problem.ts';
import type { YamlFile } from './yaml-file.ts';

/** `file:line:key`, the beginning of a message. */
export type Locate = (path: KeyPath) => string;

export const dotted = (path: KeyPath): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );

export const locateIn =
  (file: YamlFile): Locate =>
  (path) =>
    [file.name, file.line(path), ...(path.length > 0 ? [dotted(path)] : [])].join(':');

/** @throws InputError */
export function validate<T extends z.ZodType>(schema: T, data: unknown, locate: Locate): z.output<T> {
  const result = check(schema, data);
  if ('value' in result) return result.value;
  const { problem, more } = result;
  const others = more > 0 ? ` (and ${more} more ${more === 1 ? 'problem' : 'problems'})` : '';
  throw new InputError(`${locate(problem.path)}: ${problem.text}${others}`);
}

/** An InputError about a key, with its place in front; any other error unchanged. */
export const located = (error: unknown, locate: Locate): unknown =>
  error instanceof InputError && error.path
    ? new InputError(`${locate(error.path)}: ${error.message}`)
    : error;
