/** `nvmoe validate` as a function: cases in, measured against predicted out; it prints nothing. */
import { InputError } from '../errors.ts';
import type { ValidationCase } from '../schema/validation.ts';
import { type Check, judgeOrder, judgeRow, type Order, type Summary, summaryOf } from './judge.ts';
import { type LoadedCase, missingData } from './load-case.ts';
import { KINDS, type MetricName } from './metrics.ts';
import { type Constant, predict } from './predict.ts';
import { solve } from './solve.ts';
import type { Spent } from './spent.ts';

export interface CaseReport {
  readonly name: string;
  readonly kind: ValidationCase['kind'];
  readonly topic: ValidationCase['topic'];
  readonly description: string;
  readonly source: string;
  readonly machine: string;
  readonly calibrated: string;
  readonly learned?: string;
  /** The constant that was solved for. */
  readonly calibration?: { key: string; value: number; unit: string; on: string; runs: number };
  readonly checks: readonly Check[];
  readonly order?: Order;
  /** Where the predicted time of each row goes, of a mapped program. */
  readonly spent: readonly { readonly row: string; readonly spent: Spent }[];
  /** The measured data that it needs and that is not there; then nothing was checked. */
  readonly skipped?: string;
}

export interface ValidationReport {
  readonly schema: 'nvmoe.validation/1';
  readonly cases: readonly CaseReport[];
  readonly summary: readonly Summary[];
  readonly predictions: number;
  readonly failed: number;
  readonly knownMisses: number;
}

export interface ValidateOptions {
  /** Known misses are failures, too. */
  readonly strict?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws InputError */
export async function validateCases(
  cases: readonly LoadedCase[],
  { strict = false, onProgress = () => {} }: ValidateOptions = {},
): Promise<ValidationReport> {
  const total = cases.reduce((sum, { data }) => sum + data.rows.length, 0);
  const reports: CaseReport[] = [];
  let done = 0;
  for (const loaded of cases) {
    const before = done;
    reports.push(await validateCase(loaded, strict, (rows) => onProgress(before + rows, total)));
    done += loaded.data.rows.length;
  }
  return { schema: 'nvmoe.validation/1', cases: reports, ...totals(reports) };
}

async function validateCase(
  loaded: LoadedCase,
  strict: boolean,
  onRow: (done: number) => void,
): Promise<CaseReport> {
  const { data } = loaded;
  const { name, kind, topic, description, source, machine, calibrated, learned } = data;
  const base = {
    name,
    kind,
    topic,
    description,
    source,
    machine,
    calibrated,
    ...(learned ? { learned } : {}),
  };
  const skipped = missingData(data);
  if (skipped !== undefined) return { ...base, checks: [], spent: [], skipped };
  const calibration = await calibrate(loaded);
  const constant = calibration && constantOf(calibration.key, calibration.value, calibration.unit);
  const checks: Check[] = [];
  const spents: { row: string; spent: Spent }[] = [];
  for (let i = 0; i < data.rows.length; i++) {
    const { values, spent } = await predict(loaded, i, constant);
    checks.push(...judgeRow(data, data.rows[i], values, strict));
    if (spent) spents.push({ row: data.rows[i].name, spent });
    onRow(i + 1);
  }
  const order = judgeOrder(data, checks, strict);
  return {
    ...base,
    ...(calibration ? { calibration } : {}),
    checks,
    spent: spents,
    ...(order ? { order } : {}),
  };
}

const constantOf = (key: string, value: number, unit: string): Constant => ({
  key,
  value: unit === '' ? value : `${value} ${unit}`,
});

async function calibrate(loaded: LoadedCase): Promise<CaseReport['calibration']> {
  const { calibrate: wanted, rows, name } = loaded.data;
  if (!wanted) return undefined;
  const { key, unit, from, to, on } = wanted;
  const row = rows.findIndex((each) => each.name === on);
  const [metric, figure] = Object.entries(rows[row].measured).find(([, each]) => each !== undefined)!;
  const measured = figure!.value;
  const tried: string[] = [];
  const solution = await solve(
    async (value) => {
      const found = (await predict(loaded, row, constantOf(key, value, unit))).values[metric as MetricName]!;
      tried.push(`${found.toPrecision(3)} at ${value.toPrecision(3)} ${unit}`);
      return Math.log(found / measured);
    },
    from,
    to,
  );
  if (solution) return { key, value: solution.value, unit, on, runs: solution.steps };
  throw new InputError(
    `${loaded.locate(['calibrate'])}: ${name}: no ${key} from ${from} to ${to} ${unit} gives ${metric} of ${on}, ` +
      `${measured.toPrecision(3)}: found ${tried.join(' and ')}; widen the range, or calibrate another key`,
  );
}

function totals(cases: readonly CaseReport[]): Omit<ValidationReport, 'schema' | 'cases'> {
  const all = cases.flatMap(({ checks }) => checks);
  const judged = all.filter(({ verdict }) => verdict !== 'calibration');
  const orders = cases.flatMap(({ order }) => order ?? []);
  const kinds = KINDS.map((kind) => ({ kind, checks: judged.filter((check) => check.kind === kind) }));
  const gradeA = judged.filter(({ kind, grade }) => kind === 'token time' && grade === 'A');
  const count = (verdict: string) => [...judged, ...orders].filter((each) => each.verdict === verdict).length;
  return {
    summary: [...kinds, { kind: 'token time, grade A', checks: gradeA }]
      .filter(({ checks }) => checks.length > 0)
      .map(({ kind, checks }) => summaryOf(kind, checks)),
    predictions: judged.length,
    failed: count('miss'),
    knownMisses: count('known miss'),
  };
}
