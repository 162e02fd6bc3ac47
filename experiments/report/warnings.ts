/**
 * What a reader must know first: lossy cases, then warnings, each once with the cases it concerns.
 */
import type { Result } from '../result.ts';
import { type Html, html } from './html.ts';

/** Named cases up to this many, else their number. */
const NAMED = 3;

export function warningsBox(results: readonly Result[]): Html | undefined {
  const casesOf = new Map<string, string[]>();
  const add = (text: string, label: string) => casesOf.set(text, [...(casesOf.get(text) ?? []), label]);
  for (const r of results)
    if (!r.exact)
      add(`Not exact: the model’s output differs (${(r.lossy ?? ['lossy option']).join(', ')}).`, r.label);
  for (const r of results) for (const warning of r.warnings) add(warning, r.label);
  if (casesOf.size === 0) return undefined;
  const where = (labels: readonly string[]) =>
    results.length === 1 || labels.length === results.length
      ? ''
      : ` [${labels.length <= NAMED ? labels.join('; ') : `${labels.length} of ${results.length} cases`}]`;
  const items = [...casesOf].map(([text, labels]) => html`<li>${text}${where(labels)}</li>`);
  return html`<div class="warning" role="note"><b>Read this first</b><ul>${items}</ul></div>`;
}
