/** The published JSON Schemas, and the list of all keys that `--set`, `sweep` and `cases` may name. */
import { z } from 'zod';
import { driveSchema } from './drive.ts';
import { experimentSchema, gridSchema } from './experiment.ts';
import { hostSchema } from './host.ts';

interface Node {
  properties?: Record<string, Node>;
  anyOf?: Node[];
  oneOf?: Node[];
  additionalProperties?: boolean | Node;
}

const options = { io: 'input' } as const;

/** JSON Schema of an experiment file. */
export const experimentJsonSchema = () =>
  z.toJSONSchema(z.strictObject({ ...experimentSchema.shape, ...gridSchema.shape }), options);

/** JSON Schema of a profile: a drive or a host. */
export const profileJsonSchema = () => z.toJSONSchema(z.union([driveSchema, hostSchema]), options);

/** Every key with dots; a mapping with free names (host.kernels) is listed as `host.kernels.*`. */
function keysOf(node: Node, path: string): string[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const key = path ? `${path}.${name}` : name;
    return [key, ...keysOf(child, key)];
  });
  const free = typeof node.additionalProperties === 'object' && path ? [`${path}.*`] : [];
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((each) => keysOf(each, path));
  return [...new Set([...below, ...free, ...alternatives])];
}

let keys: string[] | undefined;

/** Keys of an experiment, with dots. */
export function experimentKeys(): readonly string[] {
  keys ??= keysOf(z.toJSONSchema(experimentSchema, options) as Node, '');
  return keys;
}

export const isExperimentKey = (key: string): boolean => {
  const known = experimentKeys();
  return known.includes(key) || known.includes(key.replace(/[^.]+$/, '*'));
};
