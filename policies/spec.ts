/**
 * How a person names policies: `lru`, `clock:bits=2`, `s3-fifo:small=.25,move=1`, `slru+second-hit` (a policy behind an
 * admission filter), and several of them separated by commas. No name contains '=', so in a list `key=value` without a
 * colon belongs to what was named before it.
 */
import type { ParameterValues } from './definition.ts';

export interface Spec {
  readonly name: string;
  readonly parameters?: ParameterValues;
  /** The admission filter in front of the policy. */
  readonly admission?: Spec;
}

/** One policy, e.g. `clock:bits=2`. Values stay text; the registry checks them against the policy's parameters. */
export function parseSpec(text: string): Spec {
  const specs = parseSpecs(text);
  if (specs.length !== 1) throw new RangeError(`'${text}' names ${specs.length} policies; one is expected`);
  return specs[0];
}

interface MutableSpec extends Spec {
  readonly parameters: Record<string, string>;
  admission?: MutableSpec;
}

/** A list, e.g. `clock:bits=2,sieve`. */
export function parseSpecs(text: string): Spec[] {
  const specs: MutableSpec[] = [];
  for (const part of text.split(',')) {
    const [first, ...filters] = part.split('+');
    const continues = first.includes('=') && !first.includes(':');
    const last = specs.at(-1);
    if (!continues) specs.push(parseNamed(first, text));
    else if (last === undefined) throw unreadable(text);
    else addParameters(last.admission ?? last, first.split(':'), text);
    if (filters.length > 1)
      throw new RangeError(`'${part}' has ${filters.length} admission filters; at most one`);
    if (filters.length === 1) specs.at(-1)!.admission = parseNamed(filters[0], text);
  }
  return specs;
}

function parseNamed(part: string, text: string): MutableSpec {
  const [name, ...pairs] = part.split(':');
  if (name.trim() === '' || name.includes('=')) throw unreadable(text);
  const spec: MutableSpec = { name: name.trim().toLowerCase(), parameters: {} };
  addParameters(spec, pairs, text);
  return spec;
}

function addParameters(spec: MutableSpec, pairs: string[], text: string): void {
  for (const pair of pairs) {
    const [key, value, ...rest] = pair.split('=').map((each) => each.trim());
    if (!key || !value || rest.length > 0) {
      throw new RangeError(`'${pair}' in '${text}' is not a parameter; write key=value`);
    }
    spec.parameters[key] = value;
  }
}

const unreadable = (text: string) =>
  new RangeError(`'${text}' is not NAME, NAME:key=value or NAME+FILTER, separated by commas`);

/** The canonical text of a policy and the parameters given for it. */
export function formatSpec({ name, parameters = {}, admission }: Spec): string {
  const own = [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(':');
  return admission === undefined ? own : `${own}+${formatSpec(admission)}`;
}
