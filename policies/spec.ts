/**
 * How a person names policies: `lru`, `clock:bits=2`, `s3-fifo:small=.25,move=1`, and several of them separated by
 * commas. No name contains '=', so in a list `key=value` without a colon belongs to the policy before it.
 */
import type { ParameterValues } from './definition.ts';

export interface Spec {
  readonly name: string;
  readonly parameters?: ParameterValues;
}

/** One policy, e.g. `clock:bits=2`. Values stay text; the registry checks them against the policy's parameters. */
export function parseSpec(text: string): Spec {
  const specs = parseSpecs(text);
  if (specs.length !== 1) throw new RangeError(`'${text}' names ${specs.length} policies; one is expected`);
  return specs[0];
}

/** A list, e.g. `clock:bits=2,sieve`. */
export function parseSpecs(text: string): Spec[] {
  const specs: { name: string; parameters: Record<string, string> }[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const colon = part.indexOf(':');
    const continues = colon < 0 && part.includes('=');
    if (!continues)
      specs.push({ name: (colon < 0 ? part : part.slice(0, colon)).toLowerCase(), parameters: {} });
    const last = specs.at(-1);
    if (last === undefined || last.name === '') {
      throw new RangeError(`'${text}' is not NAME or NAME:key=value, separated by commas`);
    }
    if (!continues && colon < 0) continue;
    for (const pair of part.slice(continues ? 0 : colon + 1).split(':')) {
      const [key, value, ...rest] = pair.split('=');
      if (!key || !value || rest.length > 0) {
        throw new RangeError(`'${pair}' in '${text}' is not a parameter; write key=value`);
      }
      last.parameters[key.trim()] = value.trim();
    }
  }
  return specs;
}

/** The canonical text of a policy and the parameters given for it. */
export const formatSpec = ({ name, parameters = {} }: Spec): string =>
  [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(':');
