/**
 * The prediction in words: the rate with its interval, what binds and at what rate, and where the time goes.
 */
import type { Result } from '../result.ts';
import { TIME_PARTS } from './figure.ts';
import { formatBandwidth, formatBytes, formatSeconds, percent, significant } from './format.ts';
import { type Html, html } from './html.ts';

/** The case with the most tokens per second. */
export const fastestOf = (results: readonly Result[]): Result =>
  results.reduce((best, r) => (r.tokensPerSecond.mean > best.tokensPerSecond.mean ? r : best));

const slowestOf = (results: readonly Result[]): Result =>
  results.reduce((worst, r) => (r.tokensPerSecond.mean < worst.tokensPerSecond.mean ? r : worst));

const TAKES = {
  compute: 'computes',
  exposedIo: 'waits for reads that nothing hides',
  software: 'is spent in software',
  reclaim: 'waits for the kernel to free memory',
  other: 'goes to barriers and imbalance',
};

/** "… binds at …" and where the time goes, for one result. */
export function explain(result: Result): Html {
  const { tokensPerSecond, time, storage, tokens } = result;
  const bound = result.bounds.find(({ resource }) => resource === result.binding);
  const largest = TIME_PARTS.reduce((a, b) => (time[b] > time[a] ? b : a));
  const share = bound ? tokensPerSecond.mean / bound.tokensPerSecond : 0;
  return html`${
    bound &&
    html`The lowest physical ceiling is <b>${result.binding}</b> at ${significant(bound.tokensPerSecond)} tokens/s
      (${bound.detail}); the prediction reaches ${percent(share)} of it. `
  }
    A token takes ${formatSeconds(result.tokenSeconds.mean)} on average; ${percent(time[largest])} of that ${TAKES[largest]}.
    It reads ${formatBytes(storage.bytesRead / Math.max(1, tokens.measured))} at ${formatBandwidth(storage.bytesPerSecond)}.`;
}

const interval = ({ tokensPerSecond: { ci95 } }: Result): string =>
  ci95 ? ` (95 % interval ${significant(ci95[0])} to ${significant(ci95[1])})` : '';

/** The report's first paragraph. */
export function headline(results: readonly Result[]): Html {
  const best = fastestOf(results);
  const rate = significant(best.tokensPerSecond.mean);
  if (results.length === 1)
    return html`<p class="headline"><b>${rate} tokens/s</b> predicted${interval(best)}.</p><p>${explain(best)}</p>`;
  const worst = slowestOf(results);
  return html`<p class="headline"><b>${significant(worst.tokensPerSecond.mean)} to ${rate} tokens/s</b>
    predicted over ${results.length} cases.</p>
    <p>Slowest: ${worst.label}. Fastest: ${best.label}${interval(best)}. ${explain(best)}</p>`;
}
