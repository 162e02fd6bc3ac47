/** `nvmoe model`: what a model weighs and needs, from the library, a config.json, or the header of its GGUF file. */
import { modelOfFiles } from '../../workloads/formats/index.ts';
import { fileMap, type LayoutOrder } from '../../workloads/layout/index.ts';
import { attentionOf, buildModel, cacheBytes, type Model } from '../../workloads/models/index.ts';
import { type Fit, fitIn, type ModelSummary, summarise } from '../../workloads/models/summary.ts';
import { table } from '../cli/table.ts';
import { asInputError } from '../errors.ts';
import { References } from '../load/references.ts';
import { validate } from '../load/validate.ts';
import { parseQuantity } from '../quantities.ts';
import { formatBytes, integer, percent } from '../report/format.ts';
import { modelSchema } from '../schema/model.ts';

export interface ModelOptions {
  readonly quantisation?: string;
  readonly layout?: string;
  /** Says what fits in this much memory, as text. */
  readonly memory?: string;
  /** Tokens in the KV cache for that. */
  readonly context?: number;
  readonly tensors?: boolean;
}

export interface ModelReport extends ModelSummary {
  readonly fit?: Fit & {
    readonly memoryBytes: number;
    readonly kvBytes: number;
    readonly contextTokens: number;
  };
  readonly tensors?: readonly {
    name: string;
    type: string;
    shape: readonly number[];
    bytes: number;
    role: string;
    offset?: number;
  }[];
}

const DEFAULT_CONTEXT = 4096;

/** @param name of the library, or a path to a YAML file, a config.json or a GGUF file. @throws InputError */
export function modelOf(name: string, options: ModelOptions): Model {
  const source = /\.gguf$/.test(name) ? 'gguf' : /\.json(\.gz)?$/.test(name) ? 'config' : 'architecture';
  const { quantisation, layout } = options;
  const asked = validate(
    modelSchema,
    { [source]: name, ...(quantisation ? { quantisation } : {}), ...(layout ? { layout } : {}) },
    ([key]) => `--${key}`,
  );
  const { architecture, headers } = new References('.').model(asked);
  return headers
    ? modelOfFiles(architecture, headers)
    : buildModel(architecture, asked.quantisation, asked.layout as LayoutOrder);
}

export function modelReport(model: Model, options: ModelOptions): ModelReport {
  const { memory, context = DEFAULT_CONTEXT, tensors, layout } = options;
  return {
    ...summarise(model),
    ...(memory === undefined ? {} : { fit: fitOf(model, memory, context) }),
    ...(tensors ? { tensors: tensorsOf(model, layout === 'expert-contiguous') } : {}),
  };
}

function fitOf(model: Model, memory: string, contextTokens: number): ModelReport['fit'] {
  const memoryBytes = asInputError(['--ram'], () => parseQuantity(memory, 'bytes'));
  const kvBytes = contextBytes(model, contextTokens);
  return { ...fitIn(model, memoryBytes, kvBytes), memoryBytes, kvBytes, contextTokens };
}

/** The KV cache at a context, latent under MLA, at 16 bits. */
export function contextBytes(model: Model, tokens = DEFAULT_CONTEXT): number {
  let bytes = 0;
  for (let layer = 0; layer < model.layers; layer++)
    bytes += cacheBytes(attentionOf(model.architecture, layer), tokens, 'mla', 'F16');
  return bytes;
}

/** @param sliced the experts' tensors are cut up and have no place of their own */
const tensorsOf = (model: Model, sliced: boolean): ModelReport['tensors'] =>
  model.tensors.map(({ name, type, shape, bytes, role }, index) => {
    const offset = sliced && role === 'routed-experts' ? undefined : model.tensorExtent(index).offset;
    return { name, type, shape, bytes, role, offset };
  });

/** The report as [what, value]. */
export function modelRows(report: ModelReport, model: Model): [string, string][] {
  const { parameters, bytes, expert, kvBytesPerToken: kv, fit } = report;
  const billions = (n: number) => `${(n / 1e9).toFixed(3)} billion`;
  const layers = `${report.layers}${report.moeLayers ? `, ${report.moeLayers} with top-${report.topK} of ${report.experts} experts` : ''}`;
  const sizes = expert.sizes.map((size) => `${integer(size.bytes)} B in ${size.layers} layers`).join(', ');
  const roles = Object.entries(bytes.byRole).filter(([, size]) => size > 0);
  const rows: [string, string][] = [
    ['architecture', `${report.architecture} (${report.quantisation})`],
    ['layers', layers],
    ['parameters', `${billions(parameters.total)}, ${billions(parameters.active)} active in a token`],
    [
      'file',
      `${formatBytes(bytes.file)}${bytes.files > 1 ? ` in ${bytes.files} files` : ''}, in this order: ${mapText(model)}`,
    ],
    ['by role', roles.map(([role, size]) => `${role} ${formatBytes(size)}`).join(', ')],
    [
      'by type',
      Object.entries(bytes.byType)
        .map(([type, size]) => `${type} ${formatBytes(size)}`)
        .join(', '),
    ],
    ['trunk', `${formatBytes(bytes.trunk)} beside the routed experts`],
    [
      'KV per token',
      Object.entries(kv)
        .map(([choice, size]) => `${choice} ${integer(size)} B`)
        .join(', '),
    ],
  ];
  if (report.experts > 0) {
    rows.push(
      ['expert', `${sizes}; the first in ${expert.extents.length} extents`],
      [
        'read per token',
        `${formatBytes(bytes.readPerToken)} active: trunk ${formatBytes(bytes.readPerToken - bytes.routedPerToken)}, routed experts ${formatBytes(bytes.routedPerToken)} (from storage where all are cold)`,
      ],
      ['largest layer', `${formatBytes(bytes.largestLayer)} must be in memory at once`],
    );
  }
  if (fit) {
    const { memoryBytes, kvBytes, contextTokens, trunkFits, residentExperts, residentShare } = fit;
    const beside = `trunk and KV cache of ${integer(contextTokens)} tokens (${formatBytes(kvBytes)})`;
    const verdict = trunkFits
      ? `${beside} fit, and ${integer(residentExperts)} experts (${percent(residentShare)})`
      : `${beside} do not fit: ${formatBytes(-fit.expertBudget)} short`;
    rows.push([`in ${formatBytes(memoryBytes)}`, verdict]);
  }
  if (report.unverified.length > 0) rows.push(['unverified', report.unverified.join(', ')]);
  return rows;
}

/** The report for a terminal, 100 columns at most. */
export function modelText(report: ModelReport, model: Model): string {
  const tensors = (report.tensors ?? []).map(({ name, type, shape, bytes: size, offset }) => [
    name,
    type,
    shape.join(' x '),
    integer(size),
    offset === undefined ? 'in slices' : integer(offset),
  ]);
  const listed =
    tensors.length > 0 ? `${table(['tensor', 'type', 'shape', 'bytes', 'offset'], tensors, [3, 4])}\n` : '';
  return `${table(['model', ''], modelRows(report, model))}\n${listed}`;
}

/** How the file begins and goes on: the first regions, by layer and role. */
function mapText(model: Model): string {
  const shown = 6;
  const regions = fileMap(model);
  const names = regions
    .slice(0, shown)
    .map(({ layer, role, bytes }) => `${layer < 0 ? '' : `${layer} `}${role} ${formatBytes(bytes)}`);
  return `${names.join(' | ')}${regions.length > shown ? ` | and ${regions.length - shown} more` : ''}`;
}
