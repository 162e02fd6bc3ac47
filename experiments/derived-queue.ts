/**
 * The `queue` section that was derived from a profile's `flash` section (`nvmoe calibrate --from-flash`): whether it is
 * still that of the profile. Its digest covers every figure of the profile, so that a changed tR, and a claim that
 * `like` overrides, count at fidelity queue too: a section that is not of this profile is left out, with a message.
 */
import { createHash } from 'node:crypto';
import type { DriveProfile } from './schema/drive.ts';

/** To be raised when the derivation, or one of the two models, gives other figures for the same profile. */
const VERSION = 1;

export function digestOf(profile: DriveProfile): string {
  const { name: _, description: __, queue: ___, virtual: ____, throttle: _____, ...figures } = profile;
  const text = JSON.stringify({ VERSION, figures });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const isStale = (profile: DriveProfile): boolean =>
  profile.queue?.digest !== undefined && profile.queue.digest !== digestOf(profile);

/** The profile without a derived section that is not its own: fidelity queue then follows the claims. */
export const withoutStale = (profile: DriveProfile): DriveProfile =>
  isStale(profile) ? { ...profile, queue: undefined } : profile;

/** Why a drive with a flash section follows its claims at fidelity queue, if it does. */
export function derivedWarnings(profile: DriveProfile): string[] {
  const { name, flash, queue, virtual } = profile;
  if (!flash || virtual || (queue && !isStale(profile))) return [];
  const found = queue
    ? 'its queue section was derived from other figures than these'
    : 'it has a flash section and no queue section derived from it';
  return [
    `${name}: ${found}; at fidelity queue it follows its claims. To derive it: nvmoe calibrate --from-flash PROFILE --out PROFILE`,
  ];
}
