/** docs/validation.md: every case with its source, its errors, and what the misses teach. */
import { SPENT_HEAD, spentCells } from './spent.ts';
import {
  calibrationText,
  checkCells,
  countsText,
  orderText,
  SPENT_TITLE,
  SUMMARY_HEAD,
  summaryCells,
} from './text.ts';
import type { CaseReport, ValidationReport } from './validate.ts';

const INTRODUCTION = `# Measured against predicted

Made by \`nvmoe validate --markdown docs/validation.md\` (\`npm run validation-docs\`); the cases are
experiments/validation/*.yaml. No case is left out because it fails.

- An error is (predicted − measured) / measured; of a hit ratio it is the difference in points.
- Rows marked *calibration* are those on which a constant of the machine was calibrated; they are neither judged nor
  counted. Everything else in a case holds for all of its rows: nothing is tuned to a single row.
- A *known miss* is outside its tolerance for a stated reason. It counts in every median. It fails the command when its
  error leaves its record by more than a fifth, for better or worse; \`--strict\` fails on all.
- Where a case calibrates, one constant is solved for so that one row is met: Illinois variant of the regula falsi on
  ln(predicted / measured) over the logarithm of the constant, within the range that the case states, to 0.1 %.
- Drives, links, memory and cores are simulated in every row; hit ratios that were measured are given as
  \`cache.hitRatio\`, each request hitting with that probability, because the routing of those runs was not published.
`;

const escaped = (text: string): string =>
  text.replace(/[|<>]/g, (c) => ({ '|': '\\|', '<': '&lt;', '>': '&gt;' })[c]!);
const row = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

export function validationMarkdown(report: ValidationReport): string {
  const topics = [...new Set(report.cases.map(({ topic }) => topic))];
  const sections = topics.map((topic) =>
    [
      `## ${topic[0].toUpperCase()}${topic.slice(1)}`,
      ...report.cases.filter((each) => each.topic === topic).map(caseSection),
    ].join('\n\n'),
  );
  const summary = [
    '## Summary',
    tableOf(SUMMARY_HEAD, report.summary.map(summaryCells)),
    `${countsText(report)}.`,
  ];
  return `${[INTRODUCTION.trimEnd(), ...summary, ...sections].join('\n\n')}\n`;
}

function caseSection(report: CaseReport): string {
  const { name, description, machine, source, calibrated, checks, order, spent, skipped, learned } = report;
  const facts = [
    `### ${name}`,
    [
      description,
      `Machine: ${machine}.`,
      `Source: ${source}.`,
      `Calibrated: ${calibrationText(report) ?? calibrated}.`,
    ]
      .filter((text) => text !== '')
      .map((text) => escaped(text.replace(/\.\.$/, '.')))
      .join('\n'),
  ];
  if (skipped !== undefined) return [...facts, `Not run: ${skipped} was absent.`].join('\n\n');
  const reasons = checks.flatMap(({ row: name, metric, reason }) =>
    reason ? `- ${name}, ${metric}: ${reason}` : [],
  );
  return [
    ...facts,
    tableOf(['row', 'quantity', 'measured', 'predicted', 'error', 'verdict'], checks.map(checkCells)),
    ...(reasons.length > 0 ? [reasons.map(escaped).join('\n')] : []),
    ...(order ? [`${escaped(orderText(order))}.`] : []),
    ...(spent.length > 0 ? [SPENT_TITLE, tableOf(SPENT_HEAD, spent.map(spentCells))] : []),
    ...(learned ? [`What it teaches: ${escaped(learned)}`] : []),
  ].join('\n\n');
}
