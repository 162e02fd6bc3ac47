/** The page as text: one plotly, no address to fetch from, warnings and lossy cases flagged, names escaped. */
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../experiments/report/figure.ts';
import { renderReport } from '../../../experiments/report/report.ts';
import type { Result } from '../../../experiments/result.ts';
import { sampleCases, sampleResult, sampleSweep } from '../result/sample.ts';

const HOSTILE = `</script><script>window.hacked=1</script><!--<img src=x onerror="window.hacked=1">'&`;

const PLOTLY_BANNER = 'plotly.js v';
const figuresOf = (page: string): Figure[] =>
  JSON.parse(page.match(/<script type="application\/json" id="figures">(.*?)<\/script>/s)![1]);
const withoutScripts = (page: string) => page.replace(/<script[\s\S]*?<\/script>/g, '');

describe('renderReport', () => {
  it('inlines plotly once and refers to nothing outside', () => {
    const page = renderReport(sampleCases());
    expect(page.split(PLOTLY_BANNER).length - 1).toBe(1);
    expect(withoutScripts(page)).not.toMatch(/\b(src|href)="(?!#)|url\(|@import/);
  });

  it('is the same for the same results', () => {
    expect(renderReport(sampleCases())).toBe(renderReport(sampleCases()));
  });

  it('says the prediction, the interval, what binds and the fidelity in words', () => {
    const text = withoutScripts(renderReport([sampleResult()])).replace(/\s+/g, ' ');
    expect(text).toContain('<b>3.10 tokens/s</b> predicted (95 % interval 3.01 to 3.19)');
    expect(text).toContain('lowest physical ceiling is <b>link</b> at 6.51 tokens/s');
    expect(text).toContain('drives at fidelity: queue');
  });

  it('leads with the fastest case that needs no knowledge of the future, and says what knowing it would give', () => {
    const [, , overlapped, gate, oracle, min] = sampleCases();
    const withMin = { ...min, cache: { ...min.cache!, policy: 'belady' } };
    const withOracle = { ...oracle, prefetch: { ...oracle.prefetch!, policy: 'oracle:distance=2' } };
    const text = withoutScripts(renderReport([overlapped, gate, withOracle, withMin])).replace(/\s+/g, ' ');
    expect(text).toContain(`for ${gate.label}, the fastest of 2 cases that need no knowledge of the future.`);
    expect(text).toContain(`Knowing the future: 5.90 tokens/s, ${oracle.label}.`);
    expect(text).toMatch(/selected>gate look-ahead/);
    const future = withoutScripts(renderReport([withOracle, withMin])).replace(/\s+/g, ' ');
    expect(future).toContain(`for ${oracle.label}, the fastest of 2 cases.`);
  });

  it('shows warnings once with their cases, and flags lossy results', () => {
    const [a, b, ...rest] = sampleCases();
    const lossy: Result = { ...b, exact: false, lossy: ['top-k cut to 6'], warnings: ['too hot'] };
    const text = withoutScripts(renderReport([{ ...a, warnings: ['too hot'] }, lossy, ...rest]));
    expect(text.match(/too hot/g)).toHaveLength(1);
    expect(text).toContain(`too hot [${a.label}; ${b.label}]`);
    expect(text).toContain('top-k cut to 6');
    expect(text).toContain('1 of 6 cases not exact');
    expect(text).toContain(`${b.label} (not exact)`);
  });

  it('gives every chart a title, axes with titles and a sentence on how to read it', () => {
    const page = renderReport(sampleCases());
    const figures = figuresOf(page);
    expect(page.match(/<figcaption><h3>[^<]+<\/h3><p>[^<]+<\/p>/g)).toHaveLength(figures.length);
    for (const { layout } of figures) {
      const titles = [layout.xaxis, layout.yaxis].map(
        (axis) => (axis as { title: { text: string } }).title.text,
      );
      // A bar's or row's own name says what it is; the axis of values always has a title.
      expect(titles.some((title) => title.length > 0)).toBe(true);
    }
  });

  it('draws lines and a heat map for two swept keys, neither for cases', () => {
    const swept = withoutScripts(renderReport(sampleSweep()));
    expect(swept).toContain('Tokens/s over storage.count</h3>');
    expect(swept).toContain('Tokens/s over storage.count and cache.policy</h3>');
    expect(withoutScripts(renderReport(sampleCases()))).not.toContain('Tokens/s over');
  });

  it('keeps a large sweep bounded: all points in the table, twelve in detail', () => {
    const many = Array.from({ length: 60 }, (_, i) =>
      sampleResult({ label: `p${i}`, tokensPerSecond: 1 + i, point: { i } }),
    );
    const text = withoutScripts(renderReport(many));
    for (const { label } of many) expect(text).toContain(`<td>${label}</td>`);
    expect(text.match(/<option /g)).toHaveLength(12);
    expect(text).toContain('>p0</option>');
    expect(text).toMatch(/selected>p59<\/option>/);
  });

  it('holds a result without any optional part', () => {
    const { cache: _, memory: _m, series: _s, settings: _t, ...rest } = sampleResult();
    const { application: _a, causes: _c, accessPattern: _p, ...storage } = rest.storage;
    const bare: Result = { ...rest, storage, bounds: [], binding: 'none', tokensPerSecond: { mean: 3 } };
    expect(renderReport([bare])).toContain('<b>3.00 tokens/s</b> predicted.');
    expect(() => renderReport([])).toThrow('at least one result');
  });

  it('escapes names wherever they appear', () => {
    const base = sampleResult({ label: HOSTILE, point: { [HOSTILE]: HOSTILE } });
    const hostile: Result = {
      ...base,
      experiment: HOSTILE,
      exact: false,
      lossy: [HOSTILE],
      warnings: [HOSTILE],
      settings: { [HOSTILE]: HOSTILE },
      binding: HOSTILE,
      bounds: [{ ...base.bounds[0], resource: HOSTILE, detail: HOSTILE }],
      cache: { ...base.cache!, policy: HOSTILE, definition: HOSTILE },
      series: {
        ...base.series,
        timeline: [{ lane: HOSTILE, name: HOSTILE, start: 0, end: 1, kind: 'read' }],
        accessMap: { points: [[0, 0, 1]], regions: [{ name: HOSTILE, offset: 0, bytes: 10 }] },
      },
    };
    const page = renderReport([hostile, sampleResult({ label: 'b', point: { [HOSTILE]: 'b' } })]);
    expect(page).not.toContain('<script>window.hacked');
    expect(page).not.toContain('<img');
    expect(JSON.stringify(figuresOf(page))).not.toContain('<img');
    expect(page.match(/<\/script>/g)).toHaveLength(3);
  });
});
