/** The queue fidelity derived from a flash section: it agrees with it, and a profile is derived again only when it changed. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { FlashDevice } from '../../../devices/index.ts';
import { deriveQueue, queueDevice } from '../../../experiments/calibrate/derive-queue.ts';
import { fromFlash } from '../../../experiments/calibrate/from-flash.ts';
import { simulateLoad } from '../../../experiments/calibrate/load-on-device.ts';
import { derivedWarnings, digestOf, withoutStale } from '../../../experiments/derived-queue.ts';
import { ownLink } from '../../../experiments/drive-link.ts';
import { flashOptions } from '../../../experiments/flash-options.ts';
import { References } from '../../../experiments/load/references.ts';
import { driveSchema } from '../../../experiments/schema/drive.ts';

const drive = (name: string) => new References('.').drive(name);

/** Drives of the library that have a flash section. */
const DRIVES = ['wd-sn640-960gb', 'samsung-980-pro-1tb', 'intel-p5800x', 'micron-9550'];

describe('queue parameters derived from a flash section', () => {
  it.each(DRIVES)('of the %s are those of its profile', (name) => {
    const profile = drive(name);
    expect(profile.queue?.digest, `derive it again: nvmoe calibrate --from-flash ${name}`).toBe(
      digestOf(profile),
    );
    expect(derivedWarnings(profile)).toEqual([]);
    const { digest: _, ...shipped } = profile.queue!;
    expect(shipped).toEqual(deriveQueue(profile, ownLink(profile)));
  });

  it('of other figures are left out with a message', () => {
    const profile = drive('intel-p5800x');
    const slower = { ...profile, readLatency: 7e6 };
    expect(withoutStale(profile).queue).toBe(profile.queue);
    expect(withoutStale(slower).queue).toBeUndefined();
    expect(derivedWarnings(slower)).toEqual([expect.stringMatching(/other figures.*--from-flash/)]);
    expect(derivedWarnings({ ...profile, queue: undefined })).toEqual([
      expect.stringMatching(/no queue section.*--from-flash/),
    ]);
  });

  it('take writes at the rate at which the flash programs them, once the buffer is full', () => {
    const profile = drive('wd-sn640-960gb');
    const link = ownLink(profile);
    const parameters = deriveQueue(profile, link);
    const options = flashOptions(profile, link);
    for (const [bytes, depth, completions] of [
      [4096, 1, 500],
      [4096, 16, 30_000],
      [16_384, 1, 8000],
      [131_072, 64, 3000],
    ]) {
      const load = { pattern: 'randwrite', bytes, depth, jobs: 1 } as const;
      const [flash, queue] = [
        simulateLoad(load, (sim) => new FlashDevice(sim, options), 'writes', completions),
        simulateLoad(load, queueDevice(profile, parameters), 'writes', completions),
      ];
      expect(Math.abs(queue.iops / flash.iops - 1), `${bytes} B, depth ${depth}`).toBeLessThan(0.05);
    }
  }, 60_000);

  it('leave writes to the claims where the flash section says nothing of them', () => {
    const profile = drive('micron-9550');
    const { programRate, programIops } = deriveQueue(profile, ownLink(profile));
    expect([programRate, programIops]).toEqual([profile.writeBandwidth, profile.writeIops]);
  });

  it('refuse a flash section that reads small pieces faster than its tR', () => {
    const profile = drive('samsung-980-pro-1tb');
    const { flash } = profile;
    const partialRead = { bytes: 4096, readTimes: [1e6] };
    const odd = { ...profile, flash: { ...flash!, nand: { ...flash!.nand, partialRead } } };
    expect(() => deriveQueue(odd, ownLink(odd))).toThrow(/overheadTime cannot be determined.*partialRead/);
  });

  it('are written once for a profile, and again for a changed profile', () => {
    const out = join(mkdtempSync(join(tmpdir(), 'nvmoe-')), 'drive.yaml');
    const changed = (capacity: string) => stringify({ ...parse(written), capacity });
    const written = fromFlash('intel-p5800x', out, []).profile;
    expect(driveSchema.parse(parse(written)).queue).toMatchObject({
      channels: 8,
      units: 64,
      pageBytes: 4096,
    });
    writeFileSync(out, written);
    expect(fromFlash('intel-p5800x', out, [])).toMatchObject({ cached: true, profile: written });
    expect(fromFlash(out, out, []).cached).toBe(true);
    writeFileSync(out, changed('1.5 TB'));
    expect(fromFlash(out, out, []).cached).toBe(false);
  });

  it('need a flash section', () => {
    expect(() => fromFlash('kioxia-cm7-r', 'none.yaml')).toThrow(/--from-flash.*no flash section/);
  });
});
