/**
 * Damaged traces, at 200 places with a fixed seed; the long campaign is `runFuzz` of test/fuzz/traces.ts.
 */
import { describe, expect, it } from 'vitest';
import { describeMeasured, measured } from '../../data.ts';
import { cutOff, importDamaged, runFuzz, type Sound, sounds } from '../../fuzz/traces.ts';

/** Cuts at up to `places` lengths spread over the file, both ends included; returns how many were imported. */
function truncate(sound: Sound, places: number): number {
  const length = sound.files[sound.files.length - 1].length;
  const step = Math.max(1, Math.floor(length / places));
  let imported = 0;
  for (let at = 0; at <= length; at += step) if (importDamaged(cutOff(sound, at)) !== undefined) imported++;
  return imported;
}

describe.each(sounds())('$name', (sound) => {
  it('survives being cut off at 200 places', () => {
    expect(importDamaged(sound)).toBeDefined();
    expect(truncate(sound, 200)).toBeGreaterThan(0);
  });
});

describe('random damage', () => {
  it('200 times is imported or refused, nothing else', () => {
    const { imported, refused } = runFuzz(200, 'tests');
    expect(imported + refused).toBe(200);
    expect(imported).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(10);
  });
});

describeMeasured('damage to measured samples', ['samples'], () => {
  it('200 times is imported or refused, nothing else', () => {
    const { imported, refused } = runFuzz(200, 'samples', measured('samples'));
    expect(imported + refused).toBe(200);
  });
});
