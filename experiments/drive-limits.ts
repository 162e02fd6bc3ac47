/**
 * What the drives of an experiment can do together, in closed form. At stripes, drive i of weight w[i] among W moves
 * w[i] / W of the bytes, so the array is as fast as min(rate[i] W / w[i]): n times the slowest at equal stripes, the sum of
 * all where weights are in proportion to rates. Whole experts may lie anywhere: the sum. A switch's uplink carries the
 * bytes of the drives behind it. Claims are held against links: above the raw rate is an error, above the usable a warning.
 */
import { checkClaims, type Link, pcieLink } from '../devices/index.ts';
import { derivedWarnings } from './derived-queue.ts';
import { ownLink, trainedLink } from './drive-link.ts';
import { asInputError } from './errors.ts';
import type { DriveKind, Experiment } from './experiment.ts';
import { formatAmount } from './report/format.ts';
import type { DriveProfile } from './schema/drive.ts';

/** Rates in B/s and 1/s; Infinity where there is none. */
export interface KindLimits {
  readonly name: string;
  readonly count: number;
  /** Claimed read bandwidth and 4 KiB read rate of one drive. */
  readonly readBandwidth: number;
  readonly readIops: number;
  /** Of one drive, as trained in this host; absent for an ideal drive without one. */
  readonly link?: Link;
  readonly switch?: string;
  /** Stripes of each of its drives a turn. */
  readonly weights: readonly number[];
}

export interface ArrayLimits {
  readonly kinds: readonly KindLimits[];
  /** False where whole experts are placed. */
  readonly striped: boolean;
  /** The uplinks of switches. */
  readonly uplinks: readonly { readonly name: string; readonly link: Link }[];
}

/**
 * Checks the drives' claims, without simulating anything.
 * @throws InputError naming both figures for a claim above the raw link
 */
export function arrayLimits(experiment: Experiment): { limits: ArrayLimits; warnings: string[] } {
  const { host, storage } = experiment;
  const { kinds, switches = [], placement } = storage;
  const all = [...weightsOf(storage)];
  const checked = kinds.map((kind) => {
    const weights = all.splice(0, kind.count);
    const { limits, warnings } = asInputError([...kind.path, 'device'], () => kindLimits(kind, experiment));
    return { limits: { ...limits, count: kind.count, switch: kind.switch, weights }, warnings };
  });
  const uplinks = switches.map(({ name, ...port }) => ({
    name,
    link: pcieLink({ ...host.pcie, ...port, generation: Math.min(host.pcie.generation, port.generation) }),
  }));
  return {
    limits: { kinds: checked.map(({ limits }) => limits), striped: placement === 'stripe', uplinks },
    warnings: [...new Set(checked.flatMap(({ warnings }) => warnings))],
  };
}

function kindLimits(kind: DriveKind, { host, storage }: Experiment) {
  const { device } = kind;
  if ('bandwidth' in device) {
    const { name, bandwidth } = device;
    return {
      limits: { name, readBandwidth: bandwidth, readIops: Number.POSITIVE_INFINITY },
      warnings: [],
    };
  }
  const { name, readBandwidth, readIops } = device;
  const own = ownLink(device, host);
  const link = trainedLink(
    device,
    host,
    storage.switches?.find((each) => each.name === kind.switch),
  );
  const warnings = checkClaims(name, device, own);
  if (link.rawRate < own.rawRate && readBandwidth > link.usableRate)
    warnings.push(
      `${name}: in this host its link trains at ${link.name}: ${(link.usableRate / 1e9).toFixed(2)} GB/s are usable.`,
    );
  if (storage.fidelity === 'queue') warnings.push(...derivedWarnings(device));
  if (device.throttle) warnings.push(...throttleWarnings(device));
  return { limits: { name, readBandwidth, readIops, link }, warnings };
}

/** A burst may outlast a run, so a throttle is no ceiling. */
function throttleWarnings({ name, throttle, readBandwidth, readIops }: DriveProfile): string[] {
  const { bytes, commands } = throttle!;
  const warning = ({ rate, burst }: { rate: number; burst: number }, unit: string) =>
    `${name}: its throttle lets ${formatAmount(rate, unit)}/s pass after a burst of ${formatAmount(burst, unit)}; ` +
    'the bounds know its claims only.';
  return [
    ...(bytes && bytes.rate < readBandwidth ? [warning(bytes, 'B')] : []),
    ...(commands && commands.rate < readIops ? [warning(commands, 'IO')] : []),
  ];
}

/** Stripes of each drive a turn. */
export const weightsOf = ({ weights, kinds }: Experiment['storage']): readonly number[] =>
  weights ?? new Array<number>(kinds.reduce((sum, { count }) => sum + count, 0)).fill(1);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const weightOf = (kinds: readonly KindLimits[]) => sum(kinds.flatMap(({ weights }) => weights));

/** Rate of the array, where `of` is one drive's, and what it is made of. */
export function arrayRate({ kinds, striped }: ArrayLimits, of: (kind: KindLimits) => number) {
  const parts = kinds.map(({ count, name }) => `${count} x ${name}`).join(' + ');
  if (!striped) return { rate: sum(kinds.map((kind) => kind.count * of(kind))), parts, wait: '' };
  const total = weightOf(kinds);
  const rates = kinds.map((kind) => (of(kind) * total) / Math.max(...kind.weights));
  const rate = Math.min(...rates);
  const wait = kinds.length > 1 ? `; stripes wait for ${kinds[rates.indexOf(rate)].name}` : '';
  return { rate, parts, wait };
}

/** Rate of the array as far as each switch's uplink lets it. */
export function uplinkRates({ kinds, striped, uplinks }: ArrayLimits) {
  return uplinks.flatMap(({ name, link }) => {
    const behind = kinds.filter((kind) => kind.switch === name);
    if (behind.length === 0) return [];
    const others = kinds.filter((kind) => kind.switch !== name);
    const rate = striped
      ? (link.usableRate * weightOf(kinds)) / weightOf(behind)
      : link.usableRate + sum(others.map(({ count, readBandwidth }) => count * readBandwidth));
    const drives = sum(behind.map(({ count }) => count));
    return [{ rate, detail: `${name}, ${link.name} usable, shared by ${drives} of the drives` }];
  });
}
