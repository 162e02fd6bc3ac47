/**
 * Checks that a plain object, parsed from a user's file, is an architecture description: every key known, every number a
 * positive whole one, every name among those allowed. An error names the place, what stands there and what is allowed.
 */
import type { Architecture, AttentionDescription } from './architecture.ts';

type Check = (value: unknown, path: string) => void;

const fail = (path: string, found: unknown, wanted: string): never => {
  throw new Error(`${path}: found ${JSON.stringify(found)?.slice(0, 80)}, expected ${wanted}`);
};

/** Far above any model, and low enough that products of three stay exact. */
const LARGEST = 2 ** 32;

const count: Check = (value, path) => {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > LARGEST) {
    fail(path, value, `a whole number from 1 to ${LARGEST}`);
  }
};
const countOrZero: Check = (value, path) => value === 0 || count(value, path);
const number: Check = (value, path) => Number.isFinite(value) || fail(path, value, 'a number');
const text: Check = (value, path) => (typeof value === 'string' && value !== '') || fail(path, value, 'text');
const truth: Check = (value, path) => typeof value === 'boolean' || fail(path, value, 'true or false');
const oneOf =
  (...allowed: string[]): Check =>
  (value, path) =>
    allowed.includes(value as string) || fail(path, value, `one of ${allowed.join(', ')}`);
const listOf =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length > 10_000) return fail(path, value, 'a list');
    for (const [index, item] of value.entries()) check(item, `${path}[${index}]`);
  };

/** An object with these keys; a trailing ? marks an optional one. */
function shape(fields: Record<string, Check>): Check {
  const names = Object.keys(fields).map((name) => name.replace('?', ''));
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return fail(path, value, `an object with ${names.join(', ')}`);
    }
    const object = value as Record<string, unknown>;
    const unknown = Object.keys(object).find((key) => !names.includes(key));
    if (unknown !== undefined)
      fail(`${path}.${unknown}`, object[unknown], `no such key: allowed are ${names.join(', ')}`);
    for (const [field, check] of Object.entries(fields)) {
      const name = field.replace('?', '');
      if (object[name] !== undefined) check(object[name], `${path}.${name}`);
      else if (!field.endsWith('?')) throw new Error(`${path}.${name}: missing`);
    }
  };
}

const indexer = shape({ heads: count, dim: count, topK: count });

const ATTENTION: Record<AttentionDescription['kind'], Check> = {
  mla: shape({
    kind: text,
    heads: count,
    'qRank?': count,
    kvRank: count,
    nope: count,
    rope: countOrZero,
    v: count,
    'joinedKvB?': truth,
    'indexer?': indexer,
  }),
  gqa: shape({
    kind: text,
    heads: count,
    kvHeads: count,
    headDim: count,
    'qkNorm?': oneOf('head', 'full'),
    'biases?': oneOf('none', 'qkv', 'all'),
    'sinks?': truth,
    'outputGate?': truth,
    'window?': count,
  }),
  linear: shape({
    kind: text,
    keyHeads: count,
    valueHeads: count,
    keyDim: count,
    valueDim: count,
    convolution: count,
    'gateRank?': count,
  }),
  compressed: shape({
    kind: text,
    heads: count,
    dim: count,
    'qRank?': count,
    'outputGroups?': count,
    'outputRank?': count,
    window: count,
    'ratio?': count,
    'overlap?': truth,
    'sharedCache?': truth,
    'indexer?': indexer,
  }),
};

const attention: Check = (value, path) => {
  const kind = (value as { kind?: unknown } | null)?.kind;
  oneOf(...Object.keys(ATTENTION))(kind, `${path}.kind`);
  ATTENTION[kind as AttentionDescription['kind']](value, path);
};

const attentions: Check = (value, path) => {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return fail(path, value, 'kinds of attention by name');
  }
  for (const [name, kind] of Object.entries(value)) attention(kind, `${path}.${name}`);
};

const experts = shape({
  count,
  topK: count,
  width: count,
  'shared?': countOrZero,
  'sharedWidth?': count,
  'sharedGate?': truth,
  'latent?': count,
  'groups?': count,
  'topGroups?': count,
  'gating?': oneOf('softmax', 'sigmoid', 'sqrtsoftplus'),
  'selectionBias?': truth,
  'scale?': number,
  'biases?': truth,
  'hashLayers?': countOrZero,
});

const architecture = shape({
  name: text,
  source: text,
  'unverified?': listOf(text),
  'gguf?': text,
  layers: count,
  'denseLayers?': countOrZero,
  hidden: count,
  vocabulary: count,
  'tiedEmbeddings?': truth,
  'denseWidth?': count,
  'experts?': experts,
  attention: attentions,
  'attentionPattern?': listOf(text),
  'mtp?': shape({ layers: count, 'sharedCopies?': truth }),
  'tables?': listOf(shape({ name: text, rows: count, rowBytes: count, rowsPerToken: count })),
});

const LAYER_LIMIT = 10_000;

/** Returns `value` as an architecture; `where` (a file's name) opens each error. */
export function checkArchitecture(value: unknown, where: string): Architecture {
  architecture(value, where);
  const checked = value as Architecture;
  if (checked.layers > LAYER_LIMIT) fail(`${where}.layers`, checked.layers, `at most ${LAYER_LIMIT}`);
  const dense = checked.experts ? (checked.denseLayers ?? 0) : checked.layers;
  if (dense > checked.layers)
    fail(`${where}.denseLayers`, dense, `at most the ${checked.layers} layers there are`);
  if (dense > 0 && !checked.denseWidth)
    throw new Error(`${where}.denseWidth: missing, there are ${dense} dense layers`);
  if (checked.experts && checked.experts.topK > checked.experts.count) {
    fail(
      `${where}.experts.topK`,
      checked.experts.topK,
      `at most the ${checked.experts.count} experts there are`,
    );
  }
  const names = Object.keys(checked.attention);
  for (const [index, name] of (checked.attentionPattern ?? []).entries()) {
    oneOf(...names)(name, `${where}.attentionPattern[${index}]`);
  }
  return checked;
}
