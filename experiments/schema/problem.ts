/**
 * What a person reads when a value does not fit its schema: the key at fault, what was found, what is allowed, what to
 * write. zod finds the fault; this turns its issues into that one sentence.
 */
import type { z } from 'zod';
import { type KeyPath, suggestion } from '../errors.ts';

export interface Problem {
  readonly path: KeyPath;
  readonly text: string;
  readonly unknownKey?: boolean;
}

type Issue = z.core.$ZodIssue;
type Raw = z.core.$ZodRawIssue;

/** The most important problem, or the value. `more` counts the others. */
export function check<T extends z.ZodType>(
  schema: T,
  data: unknown,
): { value: z.output<T> } | { problem: Problem; more: number } {
  const parsed = schema.safeParse(data, { error: describe });
  if (parsed.success) return { value: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => flatten(issue, []));
  // A misspelt key is the cause of the missing one.
  const first = problems.find(({ unknownKey }) => unknownKey) ?? problems[0];
  return { problem: first, more: problems.length - 1 };
}

const TYPES: Record<string, string> = {
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
};

/** How a value looks in a message; long ones are cut. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const found = (input: unknown, allowed: string) =>
  input === undefined ? `is missing; allowed is ${allowed}` : `found ${shown(input)}; allowed is ${allowed}`;

/** The `error` of a schema: what was found, and what is allowed. */
export const allowing =
  (allowed: string) =>
  ({ input }: { input?: unknown }): string =>
    found(input, allowed);

/** zod's message map: called with the raw issue, which still has the value and the schema. */
function describe(issue: Raw): string {
  const { input } = issue;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const { keys } = issue as unknown as { keys: string[] };
      const shape = (issue.inst as unknown as z.ZodObject | undefined)?._zod.def.shape ?? {};
      const known = Object.keys(shape);
      return `found the unknown key '${keys[0]}'; allowed are ${known.join(', ')}${suggestion(keys[0], known)}`;
    }
    case 'invalid_type':
      return found(input, TYPES[String(issue.expected)] ?? String(issue.expected));
    case 'invalid_value': {
      const values = (issue as unknown as { values: unknown[] }).values.map(String);
      const near = typeof input === 'string' ? suggestion(input, values) : '';
      return `${found(input, values.join(', '))}${near}`;
    }
    case 'invalid_union': {
      const { discriminator, options } = issue as unknown as { discriminator?: string; options?: string[] };
      if (discriminator === undefined || !options) return found(input, 'another form of value');
      const kind = (input as Record<string, unknown>)[discriminator];
      return `${found(kind, options.join(', '))}${suggestion(String(kind), options)}`;
    }
    case 'too_small':
    case 'too_big': {
      const { minimum, maximum, origin } = issue as unknown as Record<string, string | number>;
      const limit = minimum === undefined ? `at most ${maximum}` : `at least ${minimum}`;
      const what = { array: ' entries', string: ' characters' }[String(origin)] ?? '';
      return found(input, limit + what);
    }
    default:
      return issue.message ?? found(input, 'another value');
  }
}

/** True when an alternative of a union does not even have the type of what was found. */
const mismatch = (issues: readonly Issue[]) =>
  issues.some(({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_union'));

const strange = (issues: readonly Issue[]) =>
  issues.some(({ code, path }) => path.length === 0 && code === 'unrecognized_keys');

/** The problems of one issue; of a union, those of the alternative that was probably meant: it knows the keys. */
function flatten(issue: Issue, base: KeyPath): Problem[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys') {
    return [{ path: [...path, issue.keys[0]], text: issue.message, unknownKey: true }];
  }
  if (issue.code !== 'invalid_union') return [{ path, text: issue.message }];
  const meant = issue.errors
    .filter((issues) => !mismatch(issues))
    .sort((a, b) => Number(strange(a)) - Number(strange(b)) || a.length - b.length)[0];
  if (meant) return meant.flatMap((inner) => flatten(inner, path));
  return [{ path, text: issue.message }];
}
