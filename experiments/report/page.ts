/**
 * One self-contained HTML file: text and tables are in it as HTML, charts as JSON that plotly, inlined once, draws when
 * the page opens. It asks the network for nothing, and says so to the browser in its content policy.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BROWSER_SCRIPT } from './browser-script.ts';
import type { Chart, Figure } from './figure.ts';
import { Html, html, scriptJson } from './html.ts';
import { STYLE } from './style.ts';

/** Content of a section: for all cases, or only while `case` (an index) is the one chosen. */
export interface Block {
  readonly case?: number;
  readonly html?: Html;
  readonly charts?: readonly Chart[];
}

/** A block of those charts that there are. */
export const only = (...charts: (Chart | undefined)[]): Block => ({
  charts: charts.filter((chart) => chart !== undefined),
});

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Sections that follow a choice among cases. */
interface Detail {
  readonly cases: readonly string[];
  /** Index of the case shown first. */
  readonly chosen: number;
  readonly sections: readonly Section[];
}

export interface Page {
  readonly title: string;
  /** Badges, headline and warnings. */
  readonly lead: Html;
  readonly sections: readonly Section[];
  readonly detail?: Detail;
  readonly footer: string;
}

const CONTENT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

const plotly = (): string =>
  readFileSync(createRequire(import.meta.url).resolve('plotly.js-dist-min/plotly.min.js'), 'utf8').replaceAll(
    '</script',
    '<\\/script',
  );

/** The document. */
export function renderPage(page: Page): string {
  const figures: Figure[] = [];
  const chart = ({ title, reading, height, figure }: Chart): Html => html`<figure>
    <figcaption><h3>${title}</h3><p>${reading}</p></figcaption>
    <div class="chart" data-figure="${figures.push(figure) - 1}" style="height:${height}px" role="img" aria-label="${title}"></div>
  </figure>`;
  const block = ({ case: index, html: text, charts = [] }: Block, chosen?: number): Html =>
    index === undefined
      ? html`${text}${charts.map(chart)}`
      : html`<div data-case="${index}"${index !== chosen && html` hidden`}>${text}${charts.map(chart)}</div>`;
  const section = ({ id, title, blocks }: Section, chosen?: number): Html =>
    html`<section id="${id}"><h2>${title}</h2>${blocks.map((part) => block(part, chosen))}</section>`;
  const link = ({ id, title }: Section): Html => html`<li><a href="#${id}">${title}</a></li>`;
  const { detail } = page;
  const body = html`<nav aria-label="Contents"><ul>${page.sections.map(link)}</ul>
    ${detail && html`${choice(detail)}<ul>${detail.sections.map(link)}</ul>`}</nav>
<main>
<header><h1>${page.title}</h1>${page.lead}</header>
<noscript><p class="warning">The charts of this page are drawn by a script that is part of it; tables and text need none.</p></noscript>
${page.sections.map((part) => section(part))}
${detail?.sections.map((part) => section(part, detail.chosen))}
<footer>${page.footer}</footer>
</main>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<title>${html`${page.title}`.text}</title>
<style>${STYLE}</style>
</head>
<body>
${body.text}
<script type="application/json" id="figures">${scriptJson(figures)}</script>
<script>${plotly()}</script>
<script>${BROWSER_SCRIPT}</script>
</body>
</html>
`;
}

/** A choice is shown only where there is one. */
const choice = ({ cases, chosen }: Detail): Html =>
  cases.length < 2
    ? new Html('')
    : html`<p>One case</p><select id="case" aria-label="Case shown">${cases.map(
        (name, i) => html`<option value="${i}"${i === chosen && html` selected`}>${name}</option>`,
      )}</select>`;
