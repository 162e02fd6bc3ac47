/**
 * The report of one result, or of the cases of an experiment and the points of a sweep: what is compared first, then
 * one case in full.
 */
import type { Result } from '../result.ts';
import { writeFile } from '../write-file.ts';
import { caseName } from './columns.ts';
import { detail } from './detail.ts';
import { headline } from './headline.ts';
import { type Html, html } from './html.ts';
import { overview } from './overview.ts';
import { renderPage } from './page.ts';
import { leaderOf } from './ranking.ts';
import { MAX_DETAILED, spread } from './selection.ts';
import { warningsBox } from './warnings.ts';

function lead(results: readonly Result[]): Html {
  const unique = (values: readonly (string | number)[]) => [...new Set(values)].join(', ');
  const lossy = results.filter(({ exact }) => !exact).length;
  const badges = [
    html`<span class="badge">drives at fidelity: ${unique(results.map((r) => r.fidelity))}</span>`,
    html`<span class="badge">seed ${unique(results.map((r) => r.seed))}</span>`,
    html`<span class="badge">nvmoe ${unique(results.map((r) => r.version))}</span>`,
    lossy > 0
      ? html`<span class="badge alert">${results.length === 1 ? 'not exact' : `${lossy} of ${results.length} cases not exact`}</span>`
      : html`<span class="badge">exact: outputs unchanged</span>`,
  ];
  return html`<p class="badges">${badges}</p>${headline(results)}${warningsBox(results)}`;
}

/**
 * The report as one HTML document.
 * @param results at least one; points of one experiment, in the order of their table
 */
export function renderReport(results: readonly Result[]): string {
  if (results.length === 0) throw new Error('a report needs at least one result');
  const shown = spread(results, MAX_DETAILED);
  return renderPage({
    title: [...new Set(results.map((r) => r.experiment))].join(', '),
    lead: lead(results),
    sections: overview(results),
    detail: { cases: shown.map(caseName), chosen: shown.indexOf(leaderOf(shown)), sections: detail(shown) },
    footer: `Predicted by simulation with nvmoe ${results[0].version}. Every metric is defined in docs/result.md.`,
  });
}

/** Writes the report, making its folder where there is none. */
export function writeReport(results: readonly Result[], path: string): void {
  writeFile(path, renderReport(results));
}
