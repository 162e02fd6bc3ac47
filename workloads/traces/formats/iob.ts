/**
 * iob's statistics (Haas et al., SSD-iq): csv with a heading, one row a minute and thread; for reads, writes, syncs
 * and idle time (prefixes r, w, s, c) the least, percentiles (`r99p9` = 99.9 %), largest, average, sum and count in us.
 * Empty distributions print the limits of an int (2147483647, -2147483648) or a count of 0.
 */
import { fieldsOf } from '../csv-fields.ts';
import { CERTAIN, type Imported, type Importer, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { SampleTable } from '../sample-table.ts';

const NAME = 'iob';
const HEADING = /^hash,id,time,timeDiff,/;
const MEBIBYTE = 1048576;
const SENTINELS = new Set([2147483647, -2147483648]);
const DISTRIBUTIONS: Record<string, string> = { r: 'read', w: 'write' };
const STATISTIC = /^([rw])(?:(min|max|avg)|(\d+)p(\d*))$/;

export const iob: TraceFormat = {
  name: NAME,
  describes: "iob's statistics csv (SSD-iq)",
  detect: ({ text }) => (HEADING.test(text) ? CERTAIN : 0),
  open,
};

function open(): Importer {
  const samples = new SampleTable();
  let names: string[] = [];
  const line = (text: string): LineKind => {
    if (HEADING.test(text)) {
      names = text.trim().split(',');
      return NOISE;
    }
    const fields = fieldsOf(text.trim());
    if (names.length === 0 || fields.length !== names.length) return UNKNOWN;
    const raw = Object.fromEntries(names.map((name, i) => [name, fields[i]]));
    if (Number.isNaN(Number(raw.time))) return UNKNOWN;
    samples.add(numbersOf(raw), { device: raw.device, pattern: raw.pattern, run: raw.hash });
    return RECORD;
  };
  const feed = new LineFeed(
    NAME,
    'the heading "hash,id,time,timeDiff,device,…" and rows of as many fields',
    byText(line),
  );
  const finish = (): Imported => ({ format: NAME, samples, warnings: feed.finish() });
  return { push: (chunk) => feed.push(chunk), finish };
}

function numbersOf(raw: Record<string, string>): Record<string, number> {
  const numbers: Record<string, number> = {
    seconds: Number(raw.time),
    thread: Number(raw.id),
    readBytesPerSecond: Number(raw.readMibs) * MEBIBYTE,
    writeBytesPerSecond: Number(raw.writeMibs) * MEBIBYTE,
    readsPerSecond: Number(raw.reads),
    writesPerSecond: Number(raw.writes),
  };
  for (const [name, text] of Object.entries(raw)) {
    const match = STATISTIC.exec(name);
    if (!match) continue;
    const [, prefix, statistic, whole, decimals] = match;
    const value = Number(text);
    const empty = Number(raw[`${prefix}cnt`]) === 0 || SENTINELS.has(value);
    const label = statistic ?? `p${whole}${decimals === '' ? '' : `.${decimals}`}`;
    numbers[`${DISTRIBUTIONS[prefix]}LatencySeconds.${label}`] = empty ? NaN : value * 1e-6;
  }
  return numbers;
}
