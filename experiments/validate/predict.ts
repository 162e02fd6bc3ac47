/** What the simulator predicts for one row of a case, with a value for the constant that the case calibrates. */
import { cacheReport } from '../cache/cache-report.ts';
import { InputError, type KeyPath } from '../errors.ts';
import { fioDevice } from '../fio/machine.ts';
import { reported } from '../fio/measurements.ts';
import { jobOf } from '../fio/options.ts';
import { runFio } from '../fio/run.ts';
import { resolveReference } from '../load/library.ts';
import { References } from '../load/references.ts';
import { located } from '../load/validate.ts';
import { readYaml, type YamlFile } from '../load/yaml-file.ts';
import { expandAt, likeAnother } from '../load.ts';
import { runExperiment } from '../run.ts';
import type { CaseOf, ValidationCase } from '../schema/validation.ts';
import { assign } from '../sweep/grid.ts';
import type { LoadedCase } from './load-case.ts';
import type { Values } from './metrics.ts';
import { type Spent, spentIn } from './spent.ts';

/** A value for a key with dots. */
export interface Constant {
  readonly key: string;
  readonly value: string | number;
}

export interface Prediction {
  readonly values: Values;
  readonly spent?: Spent;
}

type Row<K extends ValidationCase['kind']> = CaseOf<K>['rows'][number];

/** @throws InputError */
export async function predict(loaded: LoadedCase, row: number, constant?: Constant): Promise<Prediction> {
  const { data } = loaded;
  switch (data.kind) {
    case 'fio':
      return { values: fioValues(loaded, data, data.rows[row], constant) };
    case 'run':
      return runPrediction(loaded, data, row, constant);
    case 'cache':
      return { values: await cacheValues(data, data.rows[row]) };
  }
}

function fioValues(
  { folder, locate }: LoadedCase,
  data: CaseOf<'fio'>,
  row: Row<'fio'>,
  constant?: Constant,
): Values {
  const profiles: Record<string, unknown> = structuredClone({ device: data.device, host: data.host });
  if (constant) assign(profiles, constant.key.split('.'), constant.value);
  const references = new References(folder);
  const inPlace = (key: 'device' | 'host', kind: 'devices' | 'hosts') => {
    const value = likeAnother(profiles[key], kind, [key], references);
    if (typeof value === 'string') return value;
    return { data: value as Record<string, unknown>, locate: (path: KeyPath) => locate([key, ...path]) };
  };
  const { machine, target } = fioDevice(
    inPlace('device', 'devices'),
    inPlace('host', 'hosts'),
    data.fidelity,
  );
  const options = Object.fromEntries(
    Object.entries({ group_reporting: 1, ...data.fio, ...row.fio }).map(([key, value]) => [
      key,
      String(value),
    ]),
  );
  const { job } = jobOf({ name: row.name, options }, target);
  const [{ directions, seconds }] = reported(runFio([job], machine, '42').measured);
  // Of the reads, where there are any.
  const { bytes, latency } = directions[0].latency.count > 0 ? directions[0] : directions[1];
  const [p50, p90, p99] = latency.percentiles([50, 90, 99]).map((ns) => ns / 1e9);
  return {
    iops: latency.count / seconds,
    bandwidth: bytes / seconds,
    latency: latency.mean / 1e9,
    p50,
    p90,
    p99,
  };
}

async function runPrediction(
  { file, folder, locate }: LoadedCase,
  data: CaseOf<'run'>,
  row: number,
  constant?: Constant,
): Promise<Prediction> {
  const settings = Object.entries(data.rows[row].set).map(([key, value]) => ({
    key,
    value,
    text: `${locate(['rows', row, 'set', key])}`,
  }));
  if (constant) settings.push({ ...constant, text: `${constant.key}=${constant.value}` });
  const { points } = await expandAt(experimentFile(data, file, folder), settings, folder);
  if (points.length > 1) {
    throw new InputError(
      `${locate(['experiment'])}: found ${points.length} points; allowed is one experiment without sweep and cases`,
    );
  }
  const [point] = points;
  try {
    const result = runExperiment(point.experiment);
    const measured = result.tokens.measured;
    const values = {
      tokensPerSecond: result.tokensPerSecond.mean,
      tokenSeconds: result.tokenSeconds.mean,
      prefillSeconds: result.prefillSeconds,
      runSeconds: result.loadSeconds + result.prefillSeconds + result.tokenSeconds.mean * measured,
      runBytes: [result.load?.storage, result.prefill?.storage, result.storage].reduce(
        (sum, storage) => sum + (storage?.bytesRead ?? 0),
        0,
      ),
      bytesPerToken: result.storage.bytesRead / measured,
      bandwidth: result.storage.bytesPerSecond,
      ...(result.cache ? { hitRatio: result.cache.hitRatio } : {}),
    };
    return { values, spent: spentIn(result) };
  } catch (error) {
    throw located(error, point.locate);
  }
}

/** The experiment of a case as a file of its own, whose keys stand where the case has them. */
function experimentFile({ experiment, name }: CaseOf<'run'>, file: YamlFile, folder: string): YamlFile {
  if (typeof experiment === 'string')
    return readYaml(resolveReference('experiments', experiment, folder), 'an experiment (YAML)');
  return { ...file, data: { name, ...experiment }, line: (path) => file.line(['experiment', ...path]) };
}

async function cacheValues(data: CaseOf<'cache'>, row: Row<'cache'>): Promise<Values> {
  const { results } = await cacheReport(data.trace, {
    policy: [row.policy],
    capacity: row.capacity,
    unit: data.unit,
    scope: 'global',
    batch: data.batch,
    format: data.format,
    seed: '42',
    workers: 0,
  });
  const [result] = results;
  const counts = data.phase === 'all' ? result : result[data.phase];
  if (!counts) throw new InputError(`${data.trace}: found a trace without phases; allowed is phase: all`);
  return { hitRatio: counts.hitRatio };
}
