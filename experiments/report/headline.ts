/**
 * The prediction in words: the rate with its interval, what binds and at what rate, and where the time goes.
 */
import type { Result } from '../result.ts';
import { caseName } from './columns.ts';
import { TIME_PARTS } from './figure.ts';
import { formatBandwidth, formatBytes, formatSeconds, percent, significant } from './format.ts';
import { type Html, html } from './html.ts';
import { bindingBound, byRate, fastest, isClairvoyant, leaderOf } from './ranking.ts';

const TAKES = {
  compute: 'computes',
  exposedIo: 'waits for reads that nothing hides',
  software: 'is spent in software',
  reclaim: 'waits for the kernel to free memory',
  other: 'goes to barriers and imbalance',
};

/** What binds and where the time goes, for one result. */
export function explain(result: Result): Html {
  const { tokensPerSecond, time, storage, tokens, tokenSeconds } = result;
  const bound = bindingBound(result);
  const largest = TIME_PARTS.reduce((a, b) => (time[b] > time[a] ? b : a));
  const read = formatBytes(storage.bytesRead / Math.max(1, tokens.measured));
  return html`${
    bound &&
    html`The lowest physical ceiling is <b>${bound.resource}</b> at ${significant(bound.tokensPerSecond)} tokens/s:
    ${bound.detail}. The prediction reaches ${percent(tokensPerSecond.mean / bound.tokensPerSecond)} of it. `
  }A token takes ${formatSeconds(tokenSeconds.mean)} on average; ${percent(time[largest])} of that ${TAKES[largest]}.
    It reads ${read}, at ${formatBandwidth(storage.bytesPerSecond)}.`;
}

const rate = (r: Result): string => `${significant(r.tokensPerSecond.mean)} tokens/s`;

const interval = ({ tokensPerSecond: { ci95 } }: Result): string =>
  ci95 ? ` (95 % interval ${significant(ci95[0])} to ${significant(ci95[1])})` : '';

/** The report's first paragraphs. */
export function headline(results: readonly Result[]): Html {
  const leader = leaderOf(results);
  const first = html`<b>${rate(leader)}</b> predicted${interval(leader)}`;
  if (results.length === 1) return html`<p class="headline">${first}.</p><p>${explain(leader)}</p>`;
  const buildable = results.filter((r) => !isClairvoyant(r));
  const best = buildable.length > 0 ? fastest(results.filter(isClairvoyant)) : undefined;
  const slowest = [...results].sort(byRate)[0];
  return html`<p class="headline">${first} for ${caseName(leader)}, the fastest of ${best ? buildable.length : results.length} cases${
    best && ' that need no knowledge of the future'
  }.</p>
    <p>${explain(leader)} ${best && html`Knowing the future: ${rate(best)}, ${caseName(best)}.`}
    Slowest: ${rate(slowest)}, ${caseName(slowest)}.</p>`;
}
