/** Looks policies up by name or alias, checks their parameters, and creates them. */
import type { Definition, Parameter, ParameterValue, ParameterValues } from './definition.ts';
import * as eviction from './eviction/all.ts';
import type { PolicyDefinition } from './eviction/definition.ts';
import type { EvictionPolicy, PolicyOptions } from './eviction/policy.ts';
import { parseSpec, type Spec } from './spec.ts';

/** Every registered eviction policy, by name. */
export const policies: readonly PolicyDefinition[] = Object.values<PolicyDefinition>(eviction).sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

/** The policy of that name or alias. @throws RangeError naming the policies there are. */
export const findPolicy = (name: string): PolicyDefinition => find('policy', policies, name);

/**
 * Creates a policy from `clock:bits=2` or {name, parameters}.
 * @throws RangeError on an unknown name or parameter, a value out of range, or a missing option.
 */
export function createPolicy(spec: string | Spec, options: PolicyOptions): EvictionPolicy {
  const { name, parameters } = typeof spec === 'string' ? parseSpec(spec) : spec;
  const definition = findPolicy(name);
  requireOption(definition, 'needsFuture', options.future, 'future (futureOf(ids, objects))');
  requireOption(definition, 'usesRandom', options.random, 'random (a seeded source of numbers in [0, 1))');
  requireOption(definition, 'needsLayers', options.layers, 'layers (the layer of each object)');
  requireOption(definition, 'needsPopularity', options.popularity, 'popularity (a weight for each object)');
  return definition.create(options, completeParameters(definition, parameters));
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

function requireOption(
  definition: PolicyDefinition,
  characteristic: 'needsFuture' | 'usesRandom' | 'needsLayers' | 'needsPopularity',
  option: unknown,
  what: string,
): void {
  if (definition[characteristic] && option === undefined) {
    throw new RangeError(`${definition.name} needs the option ${what}`);
  }
}
