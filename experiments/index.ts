/**
 * nvmoe as a library: load an experiment file, run it, read and report its result. The rooms below have doors of their
 * own: nvmoe/sim, nvmoe/policies, nvmoe/devices, nvmoe/workloads.
 *
 * @example
 * const { points } = await loadExperiments('deepseek-v3-on-80gbs');
 * const result = runExperiment(points[0].experiment);
 * console.log(result.tokensPerSecond.mean, result.binding);
 */
export { type BoundsReport, boundsReport, boundsText } from './bounds-report.ts';
export { InputError } from './errors.ts';
export type { Experiment } from './experiment.ts';
export { type Loaded, loadExperiments, type Point } from './load.ts';
export { parseQuantity, QuantityError } from './quantities.ts';
export { renderReport, writeReport } from './report/report.ts';
export { renderTable } from './report/table.ts';
export { type Result, resultSchema, stringifyResult, stringifySweep } from './result.ts';
export { type RunOptions, runExperiment } from './run.ts';
