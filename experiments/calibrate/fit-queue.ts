/**
 * Fits the `queue` fidelity to measured rows: a coarse scan of what decides the shape (units, and how the depth-1 latency
 * divides between unit and pipeline), then least squares from the best of it. Every row is simulated with the same random
 * numbers whatever the parameters, so that differences are the parameters' own.
 *
 * The number of units is a whole number; between two of them the predictions are interpolated, so that the fit can move,
 * and the result is rounded and the rest fitted again.
 */
import { QueueDevice, VirtualDisk } from '../../devices/index.ts';
import type { Simulation } from '../../sim/index.ts';
import { interval95, type Problem, type Solution, solve, UNKNOWN } from './least-squares.ts';
import { type Simulated, simulateLoad } from './load-on-device.ts';
import { type QueueFrame, queueParametersFrom, type Values, virtualParametersFrom } from './queue-model.ts';
import type { MeasuredRow } from './rows.ts';
import { type Parameter, parametersFor, UNITS } from './start-values.ts';

export interface FitOptions {
  readonly frame: QueueFrame;
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  /** A disk of a virtual machine (devices/virtual-disk.ts) in place of the queue fidelity. */
  readonly virtual?: boolean;
}

export interface Fitted {
  readonly values: Values;
  readonly parameters: readonly FittedParameter[];
  readonly cost: number;
}

export interface FittedParameter extends Parameter {
  readonly value: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
  readonly known: boolean;
  /** Of others that the data cannot tell it from. */
  readonly confused: readonly string[];
}

/** What a figure may be off by (ln): the noise of repeats, and of 50 samples above a p99. */
const SIGMA = {
  iops: 0.03,
  mean: 0.05,
  percentile: (percent: number) => (percent <= 90 ? 0.08 : percent <= 99 ? 0.1 : 0.3),
};
const PERCENTS = [50, 90, 99, 99.9];
const SEED = 'calibrate';
const CONFUSED = 0.97;
const ITERATIONS = 12;

export function fitQueue(rows: readonly MeasuredRow[], options: FitOptions): Fitted {
  const free = parametersFor(rows, options);
  const started = scan(rows, free, options);
  const first = solve(problemOf(rows, started, options), ITERATIONS);
  const units = started.findIndex(({ name }) => name === UNITS);
  if (units < 0) return fittedOf(started, first);
  // Whole units from here on.
  const whole = Math.max(1, Math.round(Math.exp(first.x[units])));
  const rest = started
    .filter((_, k) => k !== units)
    .map((p, k) => ({ ...p, start: Math.exp(first.x[k < units ? k : k + 1]) }));
  const second = solve(problemOf(rows, rest, options, { [UNITS]: whole }), ITERATIONS / 2);
  const fitted = fittedOf(rest, second);
  const unitsFitted = fittedOf(started, first).parameters[units];
  return {
    ...fitted,
    values: { ...fitted.values, [UNITS]: whole },
    parameters: [...fitted.parameters, { ...unitsFitted, value: whole }],
  };
}

function fittedOf(parameters: readonly Parameter[], { x, sigma, correlation, cost }: Solution): Fitted {
  const names = parameters.map(({ name }) => name);
  return {
    cost,
    values: Object.fromEntries(names.map((name, k) => [name, Math.exp(x[k])])),
    parameters: parameters.map((parameter, k) => ({
      ...parameter,
      value: Math.exp(x[k]),
      interval: interval95(x[k], sigma[k]),
      known: sigma[k] < UNKNOWN,
      confused: names.filter((_, l) => l !== k && Math.abs(correlation[k][l]) > CONFUSED),
    })),
  };
}

/** Best of a grid over units and the share of the latency in which a unit is held. */
function scan(rows: readonly MeasuredRow[], free: readonly Parameter[], options: FitOptions): Parameter[] {
  const problem = problemOf(rows, free, options);
  const total =
    (free.find(({ name }) => name === 'overheadTime')?.start ?? 0) +
    (free.find(({ name }) => name === 'accessTime')?.start ?? 0);
  if (total === 0) return [...free];
  let best = { cost: Number.POSITIVE_INFINITY, parameters: [...free] };
  for (const units of [2, 8, 16, 32, 64, 128, 256]) {
    for (const share of [0.4, 0.7, 0.95]) {
      const at = { [UNITS]: units, accessTime: share * total, overheadTime: (1 - share) * total } as Values;
      const parameters = free.map((p) => ({ ...p, start: at[p.name] ?? p.start }));
      const predicted = problem.model(parameters.map(({ start }) => Math.log(start)));
      const cost = problem.measured.reduce(
        (sum, y, i) => sum + ((y - predicted[i]) / problem.sigma[i]) ** 2,
        0,
      );
      if (cost < best.cost) best = { cost, parameters };
    }
  }
  return best.parameters;
}

function problemOf(
  rows: readonly MeasuredRow[],
  parameters: readonly Parameter[],
  options: FitOptions,
  fixed: Values = {},
): Problem {
  const figures = rows.flatMap((row, index) => figuresOf(row).map((figure) => ({ ...figure, index })));
  const names = parameters.map(({ name }) => name);
  return {
    start: parameters.map(({ start }) => Math.log(start)),
    min: parameters.map(({ min }) => Math.log(min)),
    max: parameters.map(({ max }) => Math.log(max)),
    measured: figures.map(({ value }) => Math.log(value)),
    sigma: figures.map(({ sigma }) => sigma),
    model: (x) => {
      const values = { ...fixed, ...Object.fromEntries(names.map((name, k) => [name, Math.exp(x[k])])) };
      const between = bracket(values[UNITS] ?? 1);
      const parts = between.map(({ units, share }) => {
        const found = rows.map((row) => predict(row, { ...values, [UNITS]: units }, options));
        return figures.map(({ index, of }) => share * Math.log(of(found[index])));
      });
      return figures.map((_, i) => parts.reduce((sum, part) => sum + part[i], 0));
    },
  };
}

/** The whole numbers of units on both sides, and their weights. */
function bracket(units: number): { units: number; share: number }[] {
  const low = Math.max(1, Math.floor(units));
  const share = Math.max(0, units - low);
  if (share === 0) return [{ units: low, share: 1 }];
  return [
    { units: low, share: 1 - share },
    { units: low + 1, share },
  ];
}

interface Figure {
  readonly value: number;
  readonly sigma: number;
  readonly of: (simulated: Simulated) => number;
}

function figuresOf({ iops, mean, percentiles }: MeasuredRow): Figure[] {
  const figures: Figure[] = [];
  if (iops !== undefined) figures.push({ value: iops, sigma: SIGMA.iops, of: (s) => s.iops });
  else if (mean !== undefined) figures.push({ value: mean, sigma: SIGMA.mean, of: (s) => s.mean });
  for (const [percent, value] of percentiles) {
    if (!PERCENTS.includes(percent)) continue;
    figures.push({ value, sigma: SIGMA.percentile(percent), of: (s) => s.percentile(percent) });
  }
  return figures;
}

/** One row through the model. */
export function predict(
  row: MeasuredRow,
  values: Values,
  options: FitOptions,
  completions?: number,
): Simulated {
  const { frame, capacity, blockSize, maxTransfer, queues } = options;
  const common = { name: 'device', capacity, blockSize, maxTransfer, queues };
  if (options.virtual) {
    const parameters = virtualParametersFrom(values, frame);
    return simulateLoad(row, (sim) => new VirtualDisk(sim, { ...common, parameters }), SEED, completions);
  }
  const parameters = queueParametersFrom(values, frame, Math.round(values[UNITS] ?? 1));
  const device = (sim: Simulation) => new QueueDevice(sim, { ...common, parameters });
  return simulateLoad(row, device, SEED, completions);
}
