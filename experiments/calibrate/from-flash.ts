/**
 * `nvmoe calibrate --from-flash` as a function: a profile with a flash section in, the same profile with the derived `queue`
 * section out. A profile whose section is still its own (derived-queue.ts) is not derived again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseDocument, visit } from 'yaml';
import type { QueueParameters } from '../../devices/index.ts';
import { digestOf } from '../derived-queue.ts';
import { ownLink } from '../drive-link.ts';
import { asInputError, InputError } from '../errors.ts';
import { resolveReference } from '../load/library.ts';
import { References } from '../load/references.ts';
import { readText } from '../load/text.ts';
import { type Agreement, agreement, agrees, GRID, TOLERANCE } from './agreement.ts';
import { deriveQueue } from './derive-queue.ts';
import { noted, QUEUE_KINDS } from './profile-notes.ts';
import { sizeText } from './rows.ts';

export interface FromFlash {
  /** Text of the profile. */
  readonly profile: string;
  /** The profile at `out` was derived from the same already. */
  readonly cached: boolean;
  readonly agreement: readonly Agreement[];
  readonly warnings: readonly string[];
}

/** @param out where an earlier result may lie */
export function fromFlash(device: string, out: string, grid = GRID): FromFlash {
  const text = readText(resolveReference('devices', device, '.'), 'a device profile (YAML)');
  const drive = new References('.').drive(device);
  if (!drive.flash)
    throw new InputError(
      `--from-flash ${device}: ${drive.name} has no flash section; choose a profile that has one`,
    );
  const digest = digestOf(drive);
  const earlier = existsSync(out) ? readFileSync(out, 'utf8') : undefined;
  if (earlier !== undefined && isDerived(earlier, text, digest))
    return { profile: earlier, cached: true, agreement: [], warnings: [] };
  const link = asInputError([], () => ownLink(drive));
  const parameters = deriveQueue(drive, link);
  const points = agreement(drive, link, parameters, grid);
  return {
    profile: withSection(text, section(parameters, drive.flash.write !== undefined, digest)),
    cached: false,
    agreement: points,
    warnings: points
      .filter((point) => !agrees(point))
      .map(
        ({ bytes, depth, iops, p99 }) =>
          `${sizeText(bytes)} depth ${depth}: queue differs from flash by ${percent(iops)} of IOPS and ${percent(p99)} of p99; ` +
          `aimed at ${percent(TOLERANCE.iops)} and ${percent(TOLERANCE.p99)}`,
      ),
  };
}

/** Whether `earlier` is `text` with a section of this digest. */
function isDerived(earlier: string, text: string, digest: string): boolean {
  const { queue, ...rest } = parse(earlier) ?? {};
  const { queue: _, ...asked } = parse(text);
  return queue?.digest === digest && isDeepStrictEqual(rest, asked);
}

/** The profile's text with this queue section, a line a figure; comments stay. */
function withSection(text: string, queue: object): string {
  const document = parseDocument(text);
  const node = document.createNode(queue);
  visit(node, {
    Map: (_, map) => {
      if (map.has('value') || map.has('share')) map.flow = true;
    },
  });
  document.set('queue', node);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const READ_OFF = ['overheadTime', 'listTime', 'acknowledgeTime', 'programRate', 'programIops'];
const WRITTEN = ['programRate', 'programIops', 'acknowledgeTime'];

function section(parameters: QueueParameters, writes: boolean, digest: string) {
  const { readTail, ...figures } = parameters;
  const sourceOf = (name: string) => {
    if (!writes && WRITTEN.includes(name)) return 'derived by nvmoe calibrate --from-flash: the claims';
    return `derived by nvmoe calibrate --from-flash: ${READ_OFF.includes(name) ? 'simulated fio runs of the flash section' : 'the flash section and the link'}`;
  };
  const figure = (name: string, value: number | boolean) =>
    typeof value === 'boolean'
      ? { value, source: sourceOf(name) }
      : noted(value, QUEUE_KINDS[name] ?? 'time', sourceOf(name));
  return {
    ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, figure(name, value)])),
    readTail: readTail.map(({ share, extra }) => ({
      share: { value: share, source: sourceOf('readTail') },
      extra: figure('readTail', extra),
    })),
    digest,
  };
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
