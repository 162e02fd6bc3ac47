/**
 * A YAML file as plain data that remembers on which line each key stands.
 *
 * Files come from strangers: aliases that multiply (a "billion laughs"), duplicate keys, several documents and nesting
 * without end are errors.
 */
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { InputError, type KeyPath } from '../errors.ts';
import { displayName, readText } from './text.ts';

const MAX_ALIASES = 100;

export interface YamlFile {
  /** As named in messages. */
  readonly name: string;
  /** Path, `-` for standard input. */
  readonly path: string;
  readonly data: Record<string, unknown>;
  /** Line of a key, from 1; of the nearest key above it where it is not in the file. */
  line(path: KeyPath): number;
}

/** @throws InputError naming file and line */
export function readYaml(path: string, what: string): YamlFile {
  return parseYaml(readText(path, what), path, what);
}

export function parseYaml(text: string, path: string, what: string): YamlFile {
  const name = displayName(path);
  const counter = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'error' });
    const [error] = document.errors;
    if (error) {
      const { line } = counter.linePos(error.pos[0]);
      throw new InputError(`${name}:${line}: ${syntaxError(error.code, error.message)}`);
    }
    const data: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      const found =
        data === null
          ? 'nothing'
          : Array.isArray(data)
            ? 'a list'
            : `the ${typeof data} ${JSON.stringify(data).slice(0, 60)}`;
      throw new InputError(`${name}: found ${found}; allowed is ${what}: a mapping (key: value)`);
    }
    return {
      name,
      path,
      data: data as Record<string, unknown>,
      line: (keys) => counter.linePos(offsetOf(document.contents, keys)).line,
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name}: ${resourceError(error as Error)}`);
  }
}

function syntaxError(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'found a tab as indentation; allowed are spaces; replace the tab';
    case 'DUPLICATE_KEY':
      return 'found a key twice in one mapping; allowed is once; remove one of them';
    case 'MULTIPLE_DOCS':
      return 'found a second document (---); allowed is one to a file; split the file';
    default:
      return `is not valid YAML (${message.split('\n')[0].replace(/\.?\s*$/, '')}); correct this line or the one before`;
  }
}

function resourceError(error: Error): string {
  if (error instanceof RangeError)
    return 'found mappings or lists nested too deeply; allowed are a few levels';
  if (/alias count/.test(error.message))
    return `found aliases (*name) that multiply; allowed are ${MAX_ALIASES} uses; write the values out`;
  return `is not valid YAML (${error.message})`;
}

/** Offset of the key at `path`, or of the deepest part of it that is in the document. */
function offsetOf(root: unknown, path: KeyPath): number {
  let node = root;
  let offset = isNode(root) ? (root.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (!pair) break;
      offset = (isNode(pair.key) && pair.key.range?.[0]) || offset;
      node = pair.value;
    } else {
      const items = (node as { items?: unknown[] } | undefined)?.items;
      const item = items?.[Number(step)];
      if (item === undefined) break;
      if (isNode(item)) offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}
