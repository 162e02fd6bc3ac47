/**
 * `iostat -x` as text (sysstat): reports of one line a device under a heading that names the columns, which differ by
 * version. The first report counts since boot and is left out, unless `-y` already left it out.
 */
import {
  type Imported,
  type Importer,
  type ImportOptions,
  linesLike,
  type TraceFormat,
} from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { DeviceReports } from './iostat-reports.ts';

const NAME = 'iostat-text';
const HEADING = /^Device:?\s+.*(r\/s|rrqm\/s)/;
const CPU = /^(avg-cpu:|\s+[\d.,]+\s|Linux )/;
const STAMP = /^(\d{1,4}[-/.]\d\d?[-/.]\d{1,4}[ T]\d\d:\d\d:\d\d)/;

export const iostatText: TraceFormat = {
  name: NAME,
  describes: 'iostat -x, text',
  detect: (head) => (linesLike(HEADING)(head) > 0 ? 1000 : 0),
  open,
};

function open(options: ImportOptions): Importer {
  const reports = new DeviceReports(NAME);
  let columns: string[] = [];
  const line = (text: string): LineKind => {
    if (HEADING.test(text)) {
      columns = text.trim().split(/\s+/).slice(1);
      reports.begin();
      return NOISE;
    }
    if (STAMP.test(text)) reports.stamp(text.trim());
    if (CPU.test(text) || STAMP.test(text)) return NOISE;
    const [device, ...values] = text.trim().split(/\s+/);
    // Some locales print a decimal comma.
    const numbers = values.map((value) => Number(value.replace(',', '.')));
    if (columns.length === 0 || numbers.length !== columns.length || numbers.some(Number.isNaN))
      return UNKNOWN;
    reports.add(device, Object.fromEntries(columns.map((column, i) => [column, numbers[i]])));
    return RECORD;
  };
  const feed = new LineFeed(NAME, 'a heading "Device r/s rkB/s …" and one line a device', byText(line));
  const finish = (): Imported => {
    const warnings = feed.finish();
    const { samples, notes } = reports.finish(options.keepFirstReport ?? false);
    return { format: NAME, samples, warnings: [...warnings, ...notes] };
  };
  return { push: (chunk) => feed.push(chunk), finish };
}
