/**
 * From an experiment file to experiments that can be run: YAML, `--set`, the grid of `cases` and `sweep`, defaults and
 * checks, and the profiles and traces that the file names. Every fault is an InputError with file, line and key.
 */
import { dirname } from 'node:path';
import { InputError, type KeyPath } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { resolveReference } from './load/library.ts';
import { References } from './load/references.ts';
import { resolve } from './load/resolve.ts';
import { parseSetting } from './load/settings.ts';
import { type Locate, located, validate } from './load/validate.ts';
import { readYaml, type YamlFile } from './load/yaml-file.ts';
import { experimentSchema } from './schema/experiment.ts';
import { type GridPoint, gridOf, type Setting, toJson } from './sweep/grid.ts';

export interface Point {
  readonly experiment: Experiment;
  /** Where a key of this point stands, for errors that a run finds. */
  readonly locate: Locate;
}

export interface Loaded {
  readonly name: string;
  readonly points: readonly Point[];
  /** True when the file varies keys by `sweep`. */
  readonly swept: boolean;
}

/**
 * @param file a name of the library, a path, or `-`
 * @param settings `key=VALUE` texts of --set, the last one winning
 * @throws InputError
 */
export async function loadExperiments(file: string, settings: readonly string[] = []): Promise<Loaded> {
  const path = resolveReference('experiments', file, '.');
  const yaml = readYaml(path, 'an experiment (YAML)');
  return expand(yaml, settings, path === '-' ? '.' : dirname(path));
}

/** The same for a file that is read already; `folder` is where its paths start. */
export const expand = (yaml: YamlFile, settings: readonly string[], folder: string): Promise<Loaded> =>
  expandAt(yaml, settings.map(parseSetting), folder);

/** With settings that are parsed already. */
export async function expandAt(
  yaml: YamlFile,
  settings: readonly Setting[],
  folder: string,
): Promise<Loaded> {
  const grid = gridOf(yaml, settings);
  const references = new References(folder);
  const points: Point[] = [];
  for (const point of grid.points) points.push(await complete(point, references));
  return { name: points[0].experiment.name, points, swept: grid.swept };
}

async function complete(point: GridPoint, references: References): Promise<Point> {
  const { locate } = point;
  const data = toJson(point.data) as Record<string, unknown>;
  try {
    data.host = likeAnother(data.host, 'hosts', ['host'], references);
    const { storage } = data;
    if (isMapping(storage)) {
      likeDrive(storage, ['storage'], references);
      const { drives } = storage;
      if (Array.isArray(drives))
        for (const [i, kind] of drives.entries()) likeDrive(kind, ['storage', 'drives', i], references);
    }
    const file = validate(experimentSchema, data, locate);
    return { experiment: await resolve(file, point, references), locate };
  } catch (error) {
    throw located(error, locate);
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function likeDrive(kind: unknown, path: KeyPath, references: References): void {
  if (isMapping(kind) && kind.device !== undefined)
    kind.device = likeAnother(kind.device, 'devices', [...path, 'device'], references);
}

/** `{like: NAME, key: value}` becomes the named host or drive with those keys changed. */
export function likeAnother(
  value: unknown,
  kind: 'hosts' | 'devices',
  path: KeyPath,
  references: References,
): unknown {
  if (!isMapping(value) || value.like === undefined) return value;
  const { like, ...changes } = value;
  if (typeof like !== 'string')
    throw new InputError(`found ${JSON.stringify(like)}; allowed is a name`, [...path, 'like']);
  return merged(references.raw(kind, like, [...path, 'like']), changes);
}

/** Figures with a source are replaced as a whole. */
function merged(base: Record<string, unknown>, changes: Record<string, unknown>): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const inner = base[key];
    const deeper = isMapping(value) && isMapping(inner) && !('value' in inner) && !('value' in value);
    result[key] = deeper ? merged(inner, value) : value;
  }
  return result;
}
