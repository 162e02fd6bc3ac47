/** How a profile that nvmoe writes states its figures: with unit, source, interval, and whether they are known. */
import type { TailStep } from '../../devices/index.ts';
import { formatQuantity, type QuantityKind } from '../quantities.ts';
import type { DriveProfile } from '../schema/drive.ts';
import type { Fitted, FittedParameter } from './fit.ts';
import type { Frame } from './parameters.ts';
import type { MeasuredRow } from './rows.ts';

export interface ProfileInput {
  readonly fit: Fitted;
  readonly frame: Frame;
  readonly device?: DriveProfile;
  readonly rows: readonly MeasuredRow[];
  /** What it was fitted to, in words: `5 loads of table.csv`. */
  readonly to: string;
  /** The same and by what, a sentence of the description. */
  readonly description: string;
}

export interface Noted {
  readonly value: string | number;
  readonly verified?: false;
  readonly source: string;
}

export const noted = (value: number, kind: QuantityKind, source: string, verified = true): Noted => ({
  value: value === Number.POSITIVE_INFINITY ? '.inf' : formatQuantity(value, kind),
  ...(verified ? {} : { verified: false }),
  source,
});

/** A figure that was not measured: the given profile's, or an assumption. */
export const kept = (value: number, kind: QuantityKind, device: DriveProfile | undefined): Noted =>
  device
    ? noted(value, kind, `profile of ${device.name}`)
    : noted(value, kind, 'assumed: nothing was said of it', false);

/** A fitted figure, in the unit of its kind. */
export function notedFit(
  value: number,
  kind: QuantityKind,
  { interval, known }: FittedParameter,
  from: string,
): Noted {
  const bound = (at: number) =>
    formatQuantity(kind === 'time' ? Math.round(at * 1e12) : kind === 'count' ? Math.round(at) : at, kind);
  const [low, high] = interval.map(bound);
  const unknown = known ? '' : '; these rows do not determine it';
  return noted(value, kind, `${from}; 95 % interval ${low} to ${high}${unknown}`, known);
}

export const notedTail = (tail: readonly TailStep[], source: string) =>
  tail.map(({ share, extra }) => ({
    share: { value: Number(share.toPrecision(6)), source },
    extra: noted(extra, 'time', source),
  }));

/** Kinds of the figures of a `queue` section; the others are times. */
export const QUEUE_KINDS: Readonly<Record<string, QuantityKind>> = {
  units: 'count',
  channels: 'count',
  cores: 'count',
  commandSlots: 'count',
  pageBytes: 'bytes',
  bufferBytes: 'bytes',
  programIops: 'iops',
  nandRate: 'bandwidth',
  readRate: 'bandwidth',
  writeRate: 'bandwidth',
  programRate: 'bandwidth',
};
