/**
 * `nvmoe calibrate --from-flash` as a function: a profile with a flash section in, the same profile with the derived `queue`
 * section out. The section carries a digest of the profile (without it) and of the code of the models; a profile whose
 * digest still holds is not derived again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseDocument } from 'yaml';
import { ownLink } from '../drive-link.ts';
import { asInputError, InputError } from '../errors.ts';
import { resolveReference } from '../load/library.ts';
import { References } from '../load/references.ts';
import { readText } from '../load/text.ts';
import { type Agreement, agrees, deriveQueue, GRID, TOLERANCE } from './derive-queue.ts';
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
  const path = resolveReference('devices', device, '.');
  const text = readText(path, 'a device profile (YAML)');
  const digest = digestOf(text);
  if (existsSync(out) && parse(readFileSync(out, 'utf8'))?.queue?.digest === digest) {
    return { profile: readFileSync(out, 'utf8'), cached: true, agreement: [], warnings: [] };
  }
  const drive = new References('.').drive(device);
  if (!drive.flash)
    throw new InputError(
      `--from-flash ${device}: ${drive.name} has no flash section; choose a profile that has one`,
    );
  const link = asInputError([], () => ownLink(drive));
  const { parameters, points, unknown } = deriveQueue(drive, link, grid);
  const wrong = points.filter((point) => !agrees(point));
  const document = parseDocument(text);
  document.set('queue', document.createNode({ ...section(parameters, unknown), digest }));
  return {
    profile: document.toString({ lineWidth: 0 }),
    cached: false,
    agreement: points,
    warnings: [
      ...unknown.map(
        (name) => `${name}: these runs do not determine it; something else of the drive binds first`,
      ),
      ...wrong.map(
        ({ bytes, depth, iops, p99 }) =>
          `${sizeText(bytes)} depth ${depth}: queue differs from flash by ${percent(iops)} of IOPS and ${percent(p99)} of p99; ` +
          `aimed at ${percent(TOLERANCE.iops)} and ${percent(TOLERANCE.p99)}`,
      ),
    ],
  };
}

/** Of the profile but for a queue section, and of the code in devices and sim. */
function digestOf(text: string): string {
  const { queue: _, ...rest } = parse(text);
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const room of ['devices', 'sim']) {
    const root = fileURLToPath(new URL(`../../${room}/`, import.meta.url));
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts')).sort())
      hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

const MEASURED = ['readRate', 'readCommandTime', 'overheadTime', 'listTime'];
const CLAIMED = ['writeCommandTime', 'writeRate', 'programRate', 'programIops', 'acknowledgeTime'];

function section(parameters: ReturnType<typeof deriveQueue>['parameters'], unknown: readonly string[]) {
  const { readTail, scattered, queuedFetch, ...figures } = parameters;
  const from = 'derived by nvmoe calibrate --from-flash: ';
  const sourceOf = (name: string) =>
    from +
    (MEASURED.includes(name)
      ? 'simulated fio runs of the flash section'
      : CLAIMED.includes(name)
        ? 'the claims of this profile'
        : 'as the flash section states');
  const figure = (name: string, value: number) =>
    noted(value, QUEUE_KINDS[name] ?? 'time', sourceOf(name), !unknown.includes(name));
  return {
    ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, figure(name, value)])),
    readTail: readTail.map(({ share, extra }) => ({ share, extra: figure('readTail', extra) })),
    scattered,
    queuedFetch,
  };
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
