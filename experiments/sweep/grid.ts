/**
 * The points of an experiment file: `cases` (keys that vary together, by name) and `sweep` (each key by itself) make
 * axes; the points are their cartesian product in the order of the file, the last axis varying fastest. `--set` replaces
 * the values of an axis, or else holds at every point, whatever a case says.
 */
import { InputError, type KeyPath, suggestion } from '../errors.ts';
import type { Json } from '../experiment.ts';
import { type Locate, locateIn, validate } from '../load/validate.ts';
import type { YamlFile } from '../load/yaml-file.ts';
import { gridSchema } from '../schema/experiment.ts';
import { experimentKeys, isExperimentKey } from '../schema/keys.ts';
import { shown } from '../schema/problem.ts';

/** `--set key=VALUE`, parsed. */
export interface Setting {
  readonly key: string;
  readonly value: unknown;
  /** As written, for messages. */
  readonly text: string;
}

/** A key given a value somewhere else than at its own place in the file. */
interface Assignment {
  readonly key: string;
  readonly value: unknown;
  /** Where the value stands: in the file, or on the command line. */
  readonly from: { readonly path: KeyPath } | { readonly text: string };
}

interface Alternative {
  readonly text: string;
  readonly value: Json;
  readonly assignments: readonly Assignment[];
}

interface Axis {
  readonly name: string;
  readonly alternatives: readonly Alternative[];
}

export interface GridPoint {
  readonly label: string;
  readonly point: Record<string, Json>;
  /** The experiment's data at this point, not validated yet. */
  readonly data: Record<string, unknown>;
  readonly locate: Locate;
}

export interface Grid {
  readonly points: readonly GridPoint[];
  /** True when the file varies keys by `sweep`. */
  readonly swept: boolean;
}

const MAX_POINTS = 100_000;
const SWEEP = 'sweep.';

/** @throws InputError */
export function gridOf(file: YamlFile, settings: readonly Setting[]): Grid {
  const locate = locateIn(file);
  const { sweep: _sweep, cases: _cases, ...base } = file.data;
  const { sweep = {}, cases } = validate(gridSchema, file.data, locate);
  const values = new Map(
    Object.entries(sweep).map(([key, list]) => [
      checkedKey(key, locate(['sweep', key])),
      list.map((value, i): Assignment => ({ key, value, from: { path: ['sweep', key, i] } })),
    ]),
  );
  const fixed: Assignment[] = [];
  for (const { key: written, value, text } of settings) {
    const key = checkedKey(
      written.startsWith(SWEEP) ? written.slice(SWEEP.length) : written,
      `--set ${text}`,
    );
    const axis = key !== written || values.has(key);
    const assignments = (axis && Array.isArray(value) ? value : [value]).map(
      (each): Assignment => ({ key, value: each, from: { text } }),
    );
    if (axis) values.set(key, assignments);
    else fixed.push(...assignments);
  }
  const swept = [...values].map(([name, list]) => ({ name, alternatives: list.map(sweptAlternative) }));
  const named = casesAxes(cases, locate);
  const sweepFirst = Object.keys(file.data).indexOf('sweep') < Object.keys(file.data).indexOf('cases');
  const axes = sweepFirst ? [...swept, ...named] : [...named, ...swept];
  const size = axes.reduce((product, { alternatives }) => product * alternatives.length, 1);
  if (size > MAX_POINTS) {
    throw new InputError(`${file.name}: found ${size} points; allowed are ${MAX_POINTS}; sweep fewer values`);
  }
  const points = product(axes).map((chosen) => pointOf(file, base, axes, chosen, fixed));
  checkLabels(file, points);
  return { points, swept: swept.length > 0 };
}

function checkedKey(key: string, where: string): string {
  if (isExperimentKey(key)) return key;
  const keys = experimentKeys();
  const hint =
    suggestion(key, keys) ||
    `; allowed are e.g. ${['storage.count', 'cache.policy', 'io.request'].join(', ')} (nvmoe schema experiment lists all)`;
  throw new InputError(`${where}: found the unknown key '${key}'${hint}`);
}

const sweptAlternative = (assignment: Assignment): Alternative => ({
  text: `${assignment.key}=${typeof assignment.value === 'string' ? assignment.value : shown(assignment.value)}`,
  value: toJson(assignment.value),
  assignments: [assignment],
});

type Case = { name: string } & Record<string, unknown>;

function casesAxes(cases: Case[] | Record<string, Case[]> | undefined, locate: Locate): Axis[] {
  if (cases === undefined) return [];
  const lists = Array.isArray(cases) ? { case: cases } : cases;
  return Object.entries(lists).map(([axis, list]) => ({
    name: axis,
    alternatives: list.map(({ name, ...keys }, i) => {
      const place: KeyPath = Array.isArray(cases) ? ['cases', i] : ['cases', axis, i];
      return {
        text: name,
        value: name,
        assignments: Object.entries(keys).map(([key, value]): Assignment => {
          const path = [...place, key];
          return { key: checkedKey(key, locate(path)), value, from: { path } };
        }),
      };
    }),
  }));
}

const product = (axes: readonly Axis[]): Alternative[][] =>
  axes.reduce<Alternative[][]>(
    (rows, { alternatives }) => rows.flatMap((row) => alternatives.map((each) => [...row, each])),
    [[]],
  );

function pointOf(
  file: YamlFile,
  base: Record<string, unknown>,
  axes: readonly Axis[],
  chosen: readonly Alternative[],
  fixed: readonly Assignment[],
): GridPoint {
  const assignments = [...chosen.flatMap((each) => each.assignments), ...fixed];
  const data = structuredClone(base);
  for (const { key, value } of assignments) assign(data, key.split('.'), structuredClone(value));
  return {
    label: chosen.map(({ text }) => text).join(', ') || String(data.name),
    point: Object.fromEntries(chosen.map(({ value }, i) => [axes[i].name, value])),
    data,
    locate: locator(file, assignments),
  };
}

/** Keys that may hold the name of something with keys of its own. */
const REFERENCES = ['host', 'device'];

/** Sets a key; below a host or drive given by name, that one with this key changed. */
export function assign(data: Record<string, unknown>, [step, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    data[step] = value;
    return;
  }
  const child = data[step];
  const isMapping = typeof child === 'object' && child !== null && !Array.isArray(child);
  const inner = isMapping
    ? child
    : REFERENCES.includes(step) && typeof child === 'string'
      ? { like: child }
      : {};
  data[step] = inner;
  assign(inner as Record<string, unknown>, rest, value);
}

/**
 * The place of a key: where the assignment that gave it its value stands, else one that gave a key below it its value,
 * else its own place in the file.
 */
function locator(file: YamlFile, assignments: readonly Assignment[]): Locate {
  const inFile = locateIn(file);
  return (path) => {
    const key = path.join('.');
    const within = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}.`);
    const source =
      assignments.findLast((one) => within(key, one.key)) ??
      assignments.findLast((one) => within(one.key, key));
    if (!source) return inFile(path);
    const { from } = source;
    const below = path.slice(source.key.split('.').length);
    if ('text' in from)
      return [`--set ${from.text}`, ...(below.length > 0 ? [below.join('.')] : [])].join(':');
    return inFile([...from.path, ...below]);
  };
}

function checkLabels(file: YamlFile, points: readonly GridPoint[]): void {
  const seen = new Set<string>();
  for (const { label } of points) {
    if (seen.has(label))
      throw new InputError(`${file.name}: found the point '${label}' twice; allowed are points that differ`);
    seen.add(label);
  }
}

/** As JSON can hold it: no limit is written `.inf`, as in YAML. */
export function toJson(value: unknown): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) return value > 0 ? '.inf' : String(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]));
  }
  return value as Json;
}
