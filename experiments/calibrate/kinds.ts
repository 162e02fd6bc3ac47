/** The kinds of drive that can be fitted: how each is modelled, and the profile that it becomes. */
import { pcieLink } from '../../devices/index.ts';
import { ownLink } from '../drive-link.ts';
import { asInputError, InputError } from '../errors.ts';
import { resolveReference } from '../load/library.ts';
import { readText } from '../load/text.ts';
import type { DriveProfile } from '../schema/drive.ts';
import { flashModel } from './flash-model.ts';
import { flashProfile } from './flash-profile.ts';
import type { DeviceModel, Frame } from './parameters.ts';
import type { Limits } from './plausibility.ts';
import type { ProfileInput } from './profile-notes.ts';
import { queueModel } from './queue-model.ts';
import { queueProfile } from './queue-profile.ts';
import type { MeasuredRow } from './rows.ts';
import { virtualModel } from './virtual-model.ts';
import { virtualProfile } from './virtual-profile.ts';

export interface Kind extends Limits {
  readonly frame: Frame;
  readonly modelFor: (rows: readonly MeasuredRow[]) => DeviceModel;
  readonly profile: (input: ProfileInput) => string;
}

interface Asked {
  readonly device?: string;
  readonly fidelity?: 'queue' | 'flash';
  readonly virtual?: boolean;
}

/** @throws InputError for what cannot be together */
export function kindOf(asked: Asked, drive: DriveProfile | undefined): Kind {
  const frame = frameOf(drive);
  const limits = {
    frame,
    blockSize: frame.blockSize,
    rawRate: drive?.pcie ? pcieLink(drive.pcie).rawRate : Number.POSITIVE_INFINITY,
  };
  if (asked.fidelity === 'flash') return { ...limits, ...flashKind(asked, drive) };
  if (asked.virtual)
    return { ...limits, modelFor: (rows) => virtualModel(rows, frame), profile: virtualProfile };
  return { ...limits, modelFor: (rows) => queueModel(rows, frame), profile: queueProfile };
}

function frameOf(drive: DriveProfile | undefined): Frame {
  const {
    capacity = 1e12,
    blockSize = 512,
    maxTransfer = 2 ** 19,
    queues = 128,
    pageBytes = 16384,
  } = drive ?? {};
  const usable = drive?.pcie ? pcieLink(drive.pcie).usableRate : Number.POSITIVE_INFINITY;
  const linkRate = Math.min(usable, drive?.readBandwidth ?? Number.POSITIVE_INFINITY);
  return { capacity, blockSize, maxTransfer, queues, pageBytes, linkRate };
}

function flashKind(
  { device, virtual }: Asked,
  drive: DriveProfile | undefined,
): Pick<Kind, 'modelFor' | 'profile'> {
  if (virtual) throw new InputError('found both --virtual and --fidelity flash; allowed is one of them');
  if (!drive?.flash)
    throw new InputError(
      `--fidelity flash: found ${drive ? `${drive.name}, which has no flash section` : 'no --device'}; needed is --device with a profile ` +
        'that has one: the fit begins there and keeps its geometry',
    );
  const link = asInputError([], () => ownLink(drive));
  const text = readText(resolveReference('devices', device!, '.'), 'a device profile (YAML)');
  return {
    modelFor: (rows) => flashModel(rows, drive, link),
    profile: (input) => flashProfile(input, text),
  };
}
