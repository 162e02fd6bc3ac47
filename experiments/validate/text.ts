/** The outcome of a validation for a terminal: measured, predicted, error and verdict of each figure, and the medians. */
import { table } from '../cli/table.ts';
import { type Check, type Order, type Summary, signed } from './judge.ts';
import { metricOf } from './metrics.ts';
import { SPENT_HEAD, spentCells } from './spent.ts';
import type { CaseReport, ValidationReport } from './validate.ts';

export function validationText(report: ValidationReport): string {
  return [...report.cases.map(caseText), summaryTable(report.summary), countsText(report)].join('\n\n');
}

function caseText(report: CaseReport): string {
  const { name, topic, machine, calibrated, skipped, order, spent } = report;
  const lines = [`${name} (${topic}): ${machine}`, `calibrated: ${calibrationText(report) ?? calibrated}`];
  if (skipped !== undefined) return [...lines, `skipped: no ${skipped} (set NVMOE_DATA)`].join('\n');
  const drawn = table(
    ['row', 'quantity', 'measured', 'predicted', 'error', 'verdict'],
    report.checks.map(checkCells),
    [2, 3, 4],
  );
  const notes = report.checks
    .filter(({ reason }) => reason !== undefined)
    .map(({ row, verdict, reason }) => `${row}: ${verdict}: ${reason}`);
  const times =
    spent.length > 0 ? [SPENT_TITLE, table(SPENT_HEAD, spent.map(spentCells), [1, 2, 3, 4, 5])] : [];
  return [...lines, drawn, ...notes, ...(order ? [orderText(order)] : []), ...times].join('\n');
}

export const SPENT_TITLE = 'where the predicted time of a thread goes:';

export const calibrationText = ({ calibration, calibrated }: CaseReport): string | undefined =>
  calibration &&
  `${calibration.key} = ${calibration.value.toPrecision(3)} ${calibration.unit}`.trimEnd() +
    ` on ${calibration.on}; ${calibrated}`;

export function checkCells(check: Check): string[] {
  const { format } = metricOf(check.metric);
  const { row, metric, measured, predicted, error, verdict } = check;
  const points = metricOf(metric).share ? signed(error).replace('%', 'points') : signed(error);
  return [row, metric, format(measured), format(predicted), points, verdict];
}

export function orderText({ metric, pairs, wrong, verdict, reason }: Order): string {
  const found =
    wrong.length === 0
      ? `right in all ${pairs} pairs`
      : `wrong in ${wrong.length} of ${pairs} pairs: ${wrong.map((pair) => pair.join(' / ')).join(', ')}`;
  return `order of ${metric}: ${found}; ${verdict}${reason ? `: ${reason}` : ''}`;
}

export const SUMMARY_HEAD = ['kind', 'predictions', 'median |error|', 'p90 |error|'];

export const summaryCells = ({ kind, checks, median, p90 }: Summary): string[] => {
  const unit = kind === 'hit ratio' ? 'points' : '%';
  const text = (share: number) => `${(share * 100).toFixed(1)} ${unit}`;
  return [kind, String(checks), text(median), text(p90)];
};

const summaryTable = (summary: readonly Summary[]): string =>
  table(SUMMARY_HEAD, summary.map(summaryCells), [1, 2, 3]);

export function countsText({ cases, predictions, failed, knownMisses }: ValidationReport): string {
  const skipped = cases.filter((each) => each.skipped !== undefined).length;
  return (
    `${predictions} predictions in ${cases.length - skipped} cases: ${failed} failed, ${knownMisses} known misses` +
    (skipped > 0 ? `; ${skipped} cases skipped for want of measured data` : '')
  );
}
