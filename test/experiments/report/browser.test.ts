/**
 * The page in a browser with no network: it draws every chart, complains of nothing, asks for nothing, follows the
 * choice of a case and the print dialogue, and runs nothing that a name says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../../experiments/report/report.ts';
import type { Result } from '../../../experiments/result.ts';
import { sampleCases, sampleResult, sampleSweep } from '../result/sample.ts';
import { findChromium } from './chromium.ts';

/** Most of a page's drawing time is its series. */
const withoutSeries = (result: Result): Result => ({ ...result, series: undefined });

/** Drawing takes seconds, and many times that on a busy machine. */
const TIMEOUT = 120_000;

const executablePath = findChromium();

describe.skipIf(!executablePath)('a report in Chromium, offline', { timeout: TIMEOUT }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nvmoe-browser-'));
  let browser: Browser;
  beforeAll(async () => {
    // Containers run as root, where Chromium refuses its sandbox; the pages are ours.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  const settled = (page: Page) => page.locator('html[data-ready=true]').waitFor({ timeout: TIMEOUT });

  /** Opens the report of `results`; everything it logs, throws or asks for is collected. */
  async function open(name: string, results: readonly Result[]) {
    const path = join(folder, `${name}.html`);
    writeReport(results, path);
    const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    const address = pathToFileURL(path).href;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.goto(address);
    await settled(page);
    return { page, complaints, close: () => context.close() };
  }

  /** Charts in sight, and those of them that have marks inside axes. */
  const charts = async (page: Page) => {
    const marks = page.locator('svg .bars path, svg .scatterlayer path, svg .heatmaplayer image');
    const shown = page.locator('.chart:visible');
    return { shown: await shown.count(), drawn: await shown.filter({ has: marks }).count() };
  };

  it.each([
    ['one', [sampleResult({ recall: 0.85, full: true })], 21],
    ['sweep', sampleSweep().map(withoutSeries), 8],
  ])('draws every chart of %s', async (name, results, atLeast) => {
    const { page, complaints, close } = await open(name, results);
    const { shown, drawn } = await charts(page);
    expect(shown).toBeGreaterThanOrEqual(atLeast);
    expect(drawn).toBe(shown);
    expect(complaints).toEqual([]);
    await close();
  });

  it('draws the leading case, another when it is chosen, and all that is shown for print', async () => {
    const [, , other, leader] = sampleCases();
    const { page, complaints, close } = await open('cases', [withoutSeries(other), leader]);
    const first = await charts(page);
    expect(first.drawn).toBe(first.shown);
    await page.selectOption('#case', { label: other.label });
    await page.pdf();
    const second = await charts(page);
    expect(second.drawn).toBe(second.shown);
    expect(second.shown).toBeLessThan(first.shown);
    expect(await page.locator('#waterfall [data-case]:visible').innerText()).toContain(
      `Case: ${other.label}`,
    );
    expect(complaints).toEqual([]);
    await close();
  });

  it('shows tags in names as text', async () => {
    const label = `</script><script>document.title='hacked'</script><img src=x onerror="document.title='hacked'"><a href="javascript:0">`;
    const { page, complaints, close } = await open('hostile', [
      withoutSeries(sampleResult({ label, point: { [label]: label } })),
      withoutSeries(sampleResult({ label: 'plain', point: { [label]: 'b' } })),
    ]);
    expect(await page.title()).toBe('deepseek-v3-on-80gbs');
    expect(await page.locator('main svg a, main img').count()).toBe(0);
    expect(await page.locator('#table td').first().innerText()).toBe(label);
    expect(complaints).toEqual([]);
    await close();
  });
});
