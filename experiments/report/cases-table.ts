/**
 * The table over cases on the page: the terminal's columns, and what a wider page has room for.
 */
import type { Result } from '../result.ts';
import { COLUMNS, type Column } from './columns.ts';
import { formatBytes, formatSeconds, significant } from './format.ts';
import { type Html, html } from './html.ts';
import { bindingBound, leaderOf } from './ranking.ts';
import { SERVING_COLUMNS } from './serving.ts';

const WIDER: readonly Column[] = [
  { title: 'bound', cell: (r) => significant(bindingBound(r)?.tokensPerSecond ?? 0) },
  { title: 'p99 token', cell: (r) => formatSeconds(r.tokenSeconds.p99) },
  { title: 'read per token', cell: (r) => formatBytes(r.storage.bytesRead / Math.max(1, r.tokens.measured)) },
];

/** Of the cases whose passes have several rows: what they gain and read. */
const PASSES: readonly Column[] = [
  { title: 'rows per pass', cell: (r) => significant(r.passes?.rows ?? 1) },
  { title: 'tokens per pass', cell: (r) => significant(r.passes?.tokens ?? 1) },
  { title: 'experts per layer', cell: (r) => (r.passes ? significant(r.passes.expertsPerLayer) : '–') },
];

/** How requests are served, of the cases that have arrivals. */
export function servingTable(results: readonly Result[]): Html | undefined {
  const served = results.filter(({ serving }) => serving);
  if (served.length === 0) return undefined;
  return html`${columnsTable(served, SERVING_COLUMNS)}
<p class="note">TTFT: from arrival to the first token. TPOT: per output token after it. Queue: mean wait until admitted. Met: share of
the requests within the limits of workload.arrivals.slo; goodput: those a second.</p>`;
}

function columnsTable(results: readonly Result[], columns: readonly Column[], best?: Result): Html {
  const head = columns.map(({ title }) => html`<th>${title.replaceAll(' %', '\u00a0%')}</th>`);
  const rows = results.map(
    (r) =>
      html`<tr${r === best && html` class="best"`}>${columns.map(({ cell }) => html`<td>${cell(r)}</td>`)}</tr>`,
  );
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

export function casesTable(results: readonly Result[]): Html {
  const best = results.length > 1 ? leaderOf(results) : undefined;
  return html`${columnsTable(results, [...COLUMNS, ...WIDER, ...(results.some(({ passes }) => passes) ? PASSES : [])], best)}
<p class="note">GB/s and hit ratio cover decode after warm-up. Exposed I/O is the share of wall time that waits for reads;
the bound is the lowest physical ceiling, of the resource under “binds”, in tokens/s.${
    best && ' In bold: the fastest case that needs no knowledge of the future.'
  }</p>`;
}
