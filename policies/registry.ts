/** Looks policies up by name or alias, checks their parameters, and creates them. */
import { Admitted } from './admission/admitted.ts';
import * as admission from './admission/all.ts';
import type { FilterDefinition } from './admission/filter.ts';
import type { Definition, Parameter, ParameterValue, ParameterValues } from './definition.ts';
import * as eviction from './eviction/all.ts';
import type { PolicyDefinition } from './eviction/definition.ts';
import { PerLayer } from './eviction/per-layer.ts';
import type { EvictionPolicy, PolicyOptions } from './eviction/policy.ts';
import { parseSpec, type Spec } from './spec.ts';

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

/** Every registered eviction policy, by name. */
export const policies: readonly PolicyDefinition[] = Object.values<PolicyDefinition>(eviction).sort(byName);

/** Every registered admission filter, by name. */
export const admissionFilters: readonly FilterDefinition[] =
  Object.values<FilterDefinition>(admission).sort(byName);

/** The policy of that name or alias. @throws RangeError naming the policies there are. */
export const findPolicy = (name: string): PolicyDefinition => find('policy', policies, name);

/** The admission filter of that name or alias. @throws RangeError naming the filters there are. */
export const findAdmissionFilter = (name: string): FilterDefinition =>
  find('admission filter', admissionFilters, name);

export interface CreateOptions extends PolicyOptions {
  /** One cache for all objects, or one a layer (options.layers) with an equal part of the capacity. */
  readonly scope?: 'global' | 'layer';
}

/**
 * Creates a policy from `clock:bits=2`, `slru+second-hit` or {name, parameters, admission}.
 * @throws RangeError on an unknown name or parameter, a value out of range, or a missing option.
 */
export function createPolicy(spec: string | Spec, options: CreateOptions): EvictionPolicy {
  const parsed = typeof spec === 'string' ? parseSpec(spec) : spec;
  if (options.scope !== 'layer') return createGlobal(parsed, options);
  requireOption('scope layer', options, 'layers');
  return new PerLayer(options, (own) => createGlobal(parsed, own));
}

function createGlobal(spec: Spec, options: PolicyOptions): EvictionPolicy {
  const definition = findPolicy(spec.name);
  if (definition.needsFuture) requireOption(definition.name, options, 'future');
  if (definition.usesRandom) requireOption(definition.name, options, 'random');
  if (definition.needsLayers) requireOption(definition.name, options, 'layers');
  if (definition.needsPopularity) requireOption(definition.name, options, 'popularity');
  const policy = definition.create(options, completeParameters(definition, spec.parameters));
  if (spec.admission === undefined) return policy;
  const filter = findAdmissionFilter(spec.admission.name);
  if (filter.usesRandom) requireOption(filter.name, options, 'random');
  return new Admitted(policy, filter.create(options, completeParameters(filter, spec.admission.parameters)));
}

const WHAT = {
  future: 'futureOf(ids, objects)',
  random: 'a seeded source of numbers in [0, 1)',
  layers: 'the layer of each object',
  popularity: 'a weight for each object',
};

function requireOption(who: string, options: PolicyOptions, key: keyof typeof WHAT): void {
  if (options[key] === undefined) throw new RangeError(`${who} needs the option '${key}': ${WHAT[key]}`);
}

/** The parameters of a policy with every default filled in and every value checked. */
export function completeParameters(
  definition: Pick<Definition<never, unknown>, 'name' | 'parameters'>,
  given: ParameterValues = {},
): ParameterValues {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(definition.parameters, key)) {
      const known = Object.keys(definition.parameters).join(', ') || 'none';
      throw new RangeError(`${definition.name} has no parameter '${key}'; it has: ${known}`);
    }
  }
  return Object.fromEntries(
    Object.entries(definition.parameters).map(([key, parameter]) => [
      key,
      checked(`${definition.name}:${key}`, parameter, given[key] ?? parameter.default),
    ]),
  );
}

function checked(where: string, parameter: Parameter, given: ParameterValue): ParameterValue {
  if (parameter.kind === 'choice') {
    if (parameter.choices.includes(String(given))) return given;
    throw new RangeError(`${where} is '${given}'; it must be one of: ${parameter.choices.join(', ')}`);
  }
  if (parameter.kind === 'boolean') {
    if (given === true || given === 'true') return true;
    if (given === false || given === 'false') return false;
    throw new RangeError(`${where} is '${given}'; it must be true or false`);
  }
  const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  const whole = parameter.kind === 'integer';
  if (
    typeof value !== 'number' ||
    !(value >= parameter.min && value <= parameter.max) ||
    (whole && !Number.isInteger(value))
  ) {
    const what = whole ? 'a whole number' : 'a number';
    throw new RangeError(
      `${where} is '${given}'; it must be ${what} from ${parameter.min} to ${parameter.max}`,
    );
  }
  return value;
}

function find<D extends Pick<Definition<never, unknown>, 'name' | 'aliases'>>(
  kind: string,
  all: readonly D[],
  name: string,
): D {
  const found = all.find((definition) => definition.name === name || definition.aliases.includes(name));
  if (found !== undefined) return found;
  throw new RangeError(`unknown ${kind} '${name}'; there are: ${all.map((each) => each.name).join(', ')}`);
}
