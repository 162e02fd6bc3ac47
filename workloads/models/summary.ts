/**
 * The figures of a model that decide whether and how it can be streamed: parameters, bytes by role, bytes a token needs,
 * experts and their extents, KV cache by choice, and what fits in a given memory.
 *
 * `active`: parameters that take part in one token, the embedding's row left out (official counts differ in this).
 */
import type { Extent } from '../layout/extents.ts';
import { attentionOf } from './architecture.ts';
import { embeddingCost, headCost, layerCosts } from './costs.ts';
import type { KvChoice } from './kv-cache.ts';
import type { Model } from './model.ts';
import type { Tensor } from './quantisation.ts';
import { TENSOR_ROLES, type TensorRole } from './roles.ts';

export interface ModelSummary {
  architecture: string;
  /** Fields of the architecture that no source confirms. */
  unverified: string[];
  quantisation: string;
  layers: number;
  moeLayers: number;
  experts: number;
  topK: number;
  parameters: { total: number; active: number; routed: number; perExpert: number };
  bytes: {
    file: number;
    files: number;
    byRole: Record<TensorRole, number>;
    byType: Record<string, number>;
    /** Everything but routed experts and lookup tables: what must stay in memory for expert streaming. */
    trunk: number;
    /** Routed experts of one token that finds none in memory. */
    routedPerToken: number;
    /** The largest set that one layer needs at once: its share of the trunk and top-k experts. */
    largestLayer: number;
    /** All that one token reads: trunk without unread embedding rows, and its routed experts. */
    readPerToken: number;
  };
  /** The first expert of the first MoE layer, and the distinct sizes of experts with the layers that have them. */
  expert: { bytes: number; extents: Extent[]; sizes: { bytes: number; layers: number }[] };
  kvBytesPerToken: { naive: number; mlaWithV?: number; mla?: number };
}

const isRouted = ({ name }: Tensor) => /_exps\.(weight|bias)$/.test(name);
const isTable = (name: string) => name.endsWith('.table');
const sumOf = (tensors: readonly Tensor[], value: (tensor: Tensor) => number) =>
  tensors.reduce((sum, tensor) => sum + value(tensor), 0);

function parametersOf(model: Model): ModelSummary['parameters'] {
  const { experts, topK, layers } = model;
  const weights = model.tensors.filter(({ name, role }) => role !== 'scales' && !isTable(name));
  const elements = (tensor: Tensor) => tensor.elements;
  const decoding = weights.filter(({ layer }) => layer < layers);
  const routed = sumOf(decoding.filter(isRouted), elements);
  const embedding = model.architecture.tiedEmbeddings
    ? 0
    : sumOf(
        decoding.filter((t) => t.role === 'embedding'),
        elements,
      );
  const total = sumOf(decoding, elements);
  const perExpert = experts ? routed / experts / model.moeLayers.length : 0;
  const active = total - routed - embedding + perExpert * topK * model.moeLayers.length;
  return { total: sumOf(weights, elements), active, routed, perExpert };
}

function bytesOf(model: Model): ModelSummary['bytes'] {
  const byRole = Object.fromEntries(TENSOR_ROLES.map((role) => [role, 0])) as Record<TensorRole, number>;
  const byType: Record<string, number> = {};
  for (const { role, type, bytes } of model.tensors) {
    byRole[role] += bytes;
    byType[type] = (byType[type] ?? 0) + bytes;
  }
  let routedPerToken = 0;
  let largestLayer = 0;
  let readPerToken = headCost(model).bytes + embeddingCost(model).bytes;
  for (let layer = 0; layer < model.layers; layer++) {
    const cost = layerCosts(model, layer);
    const trunkShare = cost.attention.bytes + cost.router.bytes + cost.shared.bytes + cost.dense.bytes;
    const routedShare = model.topK * cost.expert.bytes;
    readPerToken += trunkShare;
    routedPerToken += routedShare;
    largestLayer = Math.max(largestLayer, trunkShare + routedShare);
  }
  const resident = model.tensors.filter(({ name, role }) => role !== 'routed-experts' && !isTable(name));
  const trunk = sumOf(resident, (tensor) => tensor.bytes);
  return {
    file: model.fileBytes,
    files: model.files.length,
    byRole,
    byType,
    trunk,
    routedPerToken,
    largestLayer,
    readPerToken: readPerToken + routedPerToken,
  };
}

function expertSizes(model: Model): { bytes: number; layers: number }[] {
  const layersOf = new Map<number, number>();
  for (const layer of model.moeLayers) {
    const bytes = model.expertBytes(layer);
    layersOf.set(bytes, (layersOf.get(bytes) ?? 0) + 1);
  }
  return [...layersOf].map(([bytes, layers]) => ({ bytes, layers })).sort((a, b) => a.bytes - b.bytes);
}

function expertOf(model: Model): ModelSummary['expert'] {
  const [first] = model.moeLayers;
  if (first === undefined) return { bytes: 0, extents: [], sizes: [] };
  return {
    bytes: model.expertBytes(first),
    extents: model.expertExtents(first, 0),
    sizes: expertSizes(model),
  };
}

function kvOf(model: Model): ModelSummary['kvBytesPerToken'] {
  const { architecture, layers } = model;
  const latent = Array.from({ length: layers }, (_, layer) => attentionOf(architecture, layer)).some(
    (a) => a.kind === 'mla',
  );
  const of = (choice: KvChoice) => model.kvBytesPerToken(choice);
  return latent ? { naive: of('naive'), mlaWithV: of('mla-with-v'), mla: of('mla') } : { naive: of('naive') };
}

/** Sums the model up; bytes throughout. */
export function summarise(model: Model): ModelSummary {
  return {
    architecture: model.architecture.name,
    unverified: model.architecture.unverified ?? [],
    quantisation: model.quantisation,
    layers: model.layers,
    moeLayers: model.moeLayers.length,
    experts: model.experts,
    topK: model.topK,
    parameters: parametersOf(model),
    bytes: bytesOf(model),
    expert: expertOf(model),
    kvBytesPerToken: kvOf(model),
  };
}

export interface Fit {
  /** The trunk and the KV cache fit. */
  trunkFits: boolean;
  /** Left for experts after trunk and KV cache; negative where those do not fit. */
  expertBudget: number;
  /** Experts of the smallest size that fit in it, at most all there are, and their share of all. */
  residentExperts: number;
  residentShare: number;
}

/** What of the model stays resident in `memory` bytes beside a KV cache of `kvBytes`. */
export function fitIn(model: Model, memory: number, kvBytes: number): Fit {
  const { trunk } = bytesOf(model);
  const expertBudget = memory - trunk - kvBytes;
  let left = Math.max(0, expertBudget);
  let residentExperts = 0;
  for (const { bytes, layers } of expertSizes(model)) {
    const fitting = Math.min(layers * model.experts, Math.floor(left / bytes));
    residentExperts += fitting;
    left -= fitting * bytes;
  }
  const all = model.experts * model.moeLayers.length;
  return {
    trunkFits: expertBudget >= 0,
    expertBudget,
    residentExperts,
    residentShare: all ? residentExperts / all : 0,
  };
}
