/** The simulated inference program. */
export { buildCatalogue, type Catalogue, TRUNK_PARTS, type TrunkPart } from './catalogue.ts';
export { type DecodeOptions, type DecodeOutcome, runDecode, type Tally } from './decode.ts';
export { type DemandSequence, demandSequence, waveExperts } from './demand-sequence.ts';
export { type Given, givenHits } from './given-hits.ts';
export { kvRead, largestLayer, storeBytes } from './kv-store.ts';
export {
  EXPERT_ORDERS,
  type ExpertOrder,
  type GraphTensor,
  llamaGraph,
  type Operation,
} from './llamacpp-graph.ts';
export { LlamaMmap, type LlamaMmapOptions } from './llamacpp-mmap.ts';
export { type MappedOptions, type MappedProgram, runMapped } from './mapped-run.ts';
export type { PrefetchTotals } from './prefetch-account.ts';
export type { Execution } from './program.ts';
export type { Phase, Recorder, TimeKind } from './recorder.ts';
export { NO_SOFTWARE_COSTS, type SoftwareCosts, softwareTime } from './software-costs.ts';
export { type Kernel, type Step, type StepCosts, stepCosts } from './token-steps.ts';
