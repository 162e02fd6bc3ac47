/**
 * Fits a model of a drive to measured rows: the best of its starts, then least squares. Every row is simulated with the
 * same random numbers whatever the parameters, so that differences are the parameters' own.
 *
 * Between two values of a whole parameter the predictions are interpolated, so that the fit can move; the result is
 * rounded and the rest fitted again.
 */
import { costOf, interval95, type Problem, type Solution, solve, UNKNOWN } from './least-squares.ts';
import { type Simulated, simulateLoad } from './load-on-device.ts';
import type { DeviceModel, MakeDevice, Parameter, Values } from './parameters.ts';
import type { MeasuredRow } from './rows.ts';

/** How the figures of rows are simulated. @param completions of a row, where its own number is not enough */
export type Simulate = (
  rows: readonly MeasuredRow[],
  device: MakeDevice,
  values: Values,
  completions?: number,
) => readonly Simulated[];

export interface Method {
  readonly modelFor: (rows: readonly MeasuredRow[]) => DeviceModel;
  readonly simulate: Simulate;
  /** Parameters beside the drive's: what the host costs. */
  readonly host: readonly Parameter[];
}

export interface Fitted {
  readonly model: DeviceModel;
  readonly values: Values;
  readonly parameters: readonly FittedParameter[];
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
export const SEED = 'calibrate';
const CONFUSED = 0.97;
const ITERATIONS = 6;

export function fitModel(rows: readonly MeasuredRow[], method: Method): Fitted {
  const model = method.modelFor(rows);
  const task = { rows, model, simulate: method.simulate };
  const started = scan(task, [...model.parameters, ...method.host]);
  const first = solve(problemOf(task, started), ITERATIONS);
  const at = started.findIndex(({ whole }) => whole);
  if (at < 0) return { model, ...fittedOf(started, first) };
  const { name } = started[at];
  const whole = Math.max(1, Math.round(Math.exp(first.x[at])));
  const rest = started.map((p, k) => ({ ...p, start: Math.exp(first.x[k]) })).filter((_, k) => k !== at);
  const { values, parameters } = fittedOf(
    rest,
    solve(problemOf(task, rest, { [name]: whole }), ITERATIONS / 2),
  );
  const fittedWhole = fittedOf(started, first).parameters[at];
  return {
    model,
    values: { ...values, [name]: whole },
    parameters: [...parameters, { ...fittedWhole, value: whole }],
  };
}

/** Rows on the fitted drive. */
export const predict = (
  rows: readonly MeasuredRow[],
  { model, values }: Fitted,
  { simulate }: Method,
  completions?: number,
) => simulate(rows, model.device(values), values, completions);

/** 4 KiB reads and the like on the fitted drive, without a host: what a profile claims. */
export function claimed(
  { model, values }: Fitted,
  pattern: 'randread' | 'randwrite',
  bytes: number,
  depth: number,
): Simulated {
  return simulateLoad({ pattern, bytes, depth, jobs: 1 }, model.device(values), SEED);
}

function fittedOf(
  parameters: readonly Parameter[],
  { x, sigma, correlation }: Solution,
): Pick<Fitted, 'values' | 'parameters'> {
  const names = parameters.map(({ name }) => name);
  return {
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

interface Task extends Pick<Method, 'simulate'> {
  readonly rows: readonly MeasuredRow[];
  readonly model: DeviceModel;
}

/** The parameters, starting at the best of the model's starts. */
function scan(task: Task, free: readonly Parameter[]): readonly Parameter[] {
  const problem = problemOf(task, free);
  let best = { cost: Number.POSITIVE_INFINITY, parameters: free };
  for (const start of task.model.starts) {
    const parameters = free.map((p) => ({ ...p, start: start[p.name] ?? p.start }));
    const cost = costOf(problem, problem.model(parameters.map(({ start }) => Math.log(start))));
    if (cost < best.cost) best = { cost, parameters };
  }
  return best.parameters;
}

function problemOf(
  { rows, model, simulate }: Task,
  parameters: readonly Parameter[],
  fixed: Values = {},
): Problem {
  const figures = rows.flatMap((row, index) => figuresOf(row).map((figure) => ({ ...figure, index })));
  const whole = parameters.find((parameter) => parameter.whole)?.name;
  const logarithms = (values: Values) => {
    const found = simulate(rows, model.device(values), values);
    return figures.map(({ index, of }) => Math.log(of(found[index])));
  };
  return {
    start: parameters.map(({ start }) => Math.log(start)),
    min: parameters.map(({ min }) => Math.log(min)),
    max: parameters.map(({ max }) => Math.log(max)),
    measured: figures.map(({ value }) => Math.log(value)),
    sigma: figures.map(({ sigma }) => sigma),
    model: (x) => {
      const values = {
        ...fixed,
        ...Object.fromEntries(parameters.map(({ name }, k) => [name, Math.exp(x[k])])),
      };
      if (whole === undefined) return logarithms(values);
      const low = Math.max(1, Math.floor(values[whole]));
      const share = Math.max(0, values[whole] - low);
      const below = logarithms({ ...values, [whole]: low });
      if (share === 0) return below;
      const above = logarithms({ ...values, [whole]: low + 1 });
      return below.map((value, i) => (1 - share) * value + share * above[i]);
    },
  };
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
