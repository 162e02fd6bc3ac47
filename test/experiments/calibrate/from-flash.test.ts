/** The queue fidelity derived from a flash section: it agrees with it, and a profile is derived again only when it changed. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { agrees, deriveQueue, GRID } from '../../../experiments/calibrate/derive-queue.ts';
import { fromFlash } from '../../../experiments/calibrate/from-flash.ts';
import { ownLink } from '../../../experiments/drive-link.ts';
import { References } from '../../../experiments/load/references.ts';
import { driveSchema } from '../../../experiments/schema/drive.ts';

const drive = (name: string) => new References('.').drive(name);

describe('queue parameters derived from a flash section', () => {
  // Some seconds: both fidelities run every load.
  it('agree on the 980 PRO within 5 % of throughput and 10 % of p99, on the grid and between its points', () => {
    const profile = drive('samsung-980-pro-1tb');
    const between = [
      { bytes: 8192, depth: 8 },
      { bytes: 12288, depth: 100 },
      { bytes: 32768, depth: 2 },
      { bytes: 49152, depth: 32 },
      { bytes: 98304, depth: 12 },
    ];
    const { points, unknown } = deriveQueue(profile, ownLink(profile), [...GRID, ...between]);
    expect(points).toHaveLength(25);
    expect(points.filter((point) => !agrees(point))).toEqual([]);
    expect(unknown).toEqual([]);
  }, 60_000);

  it('say which figures the runs do not determine', () => {
    const profile = drive('samsung-980-pro-1tb');
    const { flash } = profile;
    // 32 planes of 1 ms: neither the firmware nor the link is ever the bottleneck.
    const slow = {
      ...profile,
      flash: { ...flash!, nand: { ...flash!.nand, readTimes: [1e9] }, dram: undefined },
    };
    expect(deriveQueue(slow, ownLink(slow), []).unknown).toEqual(['readRate', 'readCommandTime']);
  });

  it('refuse a flash section that reads small pieces faster than its tR', () => {
    const profile = drive('samsung-980-pro-1tb');
    const { flash } = profile;
    const partialRead = { bytes: 4096, readTimes: [1e6] };
    const odd = { ...profile, flash: { ...flash!, nand: { ...flash!.nand, partialRead } } };
    expect(() => deriveQueue(odd, ownLink(odd), [])).toThrow(
      /overheadTime cannot be determined.*partialRead/,
    );
  });

  it('are written once for a profile and code, and again for a changed profile', () => {
    const out = join(mkdtempSync(join(tmpdir(), 'nvmoe-')), 'drive.yaml');
    const text = (name: string) => stringify({ ...parse(written), name });
    const written = fromFlash('intel-p5800x', out, []).profile;
    expect(driveSchema.parse(parse(written)).queue).toMatchObject({
      channels: 8,
      units: 64,
      pageBytes: 4096,
    });
    writeFileSync(out, written);
    expect(fromFlash('intel-p5800x', out, [])).toMatchObject({ cached: true, profile: written });
    expect(fromFlash(out, out, []).cached).toBe(true);
    writeFileSync(out, text('another'));
    expect(fromFlash(out, out, []).cached).toBe(false);
  });

  it('need a flash section', () => {
    expect(() => fromFlash('kioxia-cm7-r', 'none.yaml')).toThrow(/--from-flash.*no flash section/);
  });
});
