/**
 * fio's I/O logs (`write_iolog=`; HOWTO, TRACE FILE FORMAT). Version 3: `157 /f read 61440 4096`, the stamp being
 * microseconds since the start (iolog.c writes utime_since_now; axboe/fio@f5344384). Version 2: `/f read 61440 4096`
 * and `/f wait 250 0` in microseconds, no stamps. Requests are logged as they are issued; completions are not.
 */
import { us } from '../../../sim/time.ts';
import { BlockTrace, DISCARD, READ, type TraceOperation, WRITE } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { CERTAIN, finishRequests, type Importer, type ImportOptions, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { highOf, lowOf } from '../stamps.ts';

const NAME = 'fio-iolog';
const HEADING = /^fio version ([23]) iolog\s*$/;
const V3 = /^(\d{1,20}) (.+) (add|open|close|sync|datasync|read|write|trim)(?: (\d+) (\d+))?\s*$/;
const V2 = /^(.+) (add|open|close|sync|datasync|wait|read|write|trim)(?: (\d+) (\d+))?\s*$/;
const OPERATIONS: Record<string, TraceOperation> = { read: READ, write: WRITE, trim: DISCARD };

export const fioIolog: TraceFormat = {
  name: NAME,
  describes: 'fio iolog version 2 or 3',
  detect: ({ text }) => (/^fio version [23] iolog/.test(text) ? CERTAIN : 0),
  open,
};

function open(options: ImportOptions): Importer {
  const trace = new BlockTrace();
  const source = trace.sources.indexOf('fio');
  const clock = new TraceClock(options.iologUnit ?? us(1), 'recorded');
  let version = 0;
  let waited = 0;
  const add = (
    time: number,
    file: string,
    action: string,
    offset: string | undefined,
    bytes: string | undefined,
  ): LineKind => {
    const op = OPERATIONS[action];
    if (op === undefined) return RECORD;
    if (bytes === undefined) return UNKNOWN;
    trace.add(time, NaN, trace.devices.indexOf(file), Number(offset), Number(bytes), op, -1, -1, source);
    return RECORD;
  };
  const line = (text: string): LineKind => {
    const heading = HEADING.exec(text);
    if (heading) {
      version = Number(heading[1]);
      return NOISE;
    }
    if (version === 3) {
      const match = V3.exec(text);
      return match
        ? add(clock.at(highOf(match[1]), lowOf(match[1])), match[2], match[3], match[4], match[5])
        : UNKNOWN;
    }
    const match = version === 2 ? V2.exec(text) : null;
    if (!match) return UNKNOWN;
    if (match[2] !== 'wait') return add(us(waited), match[1], match[2], match[3], match[4]);
    waited += Number(match[3] ?? 0);
    return RECORD;
  };
  const expected =
    'the heading "fio version 2 iolog" or "fio version 3 iolog", then "[microseconds] file read offset bytes"';
  const feed = new LineFeed(NAME, expected, byText(line));
  const finish = () => {
    const imported = finishRequests(NAME, trace, feed, clock);
    if (version === 2)
      imported.warnings.push(
        'iolog version 2 has no time stamps: times are the sums of its waits, which fio drops below 100 us',
      );
    return imported;
  };
  return { push: (chunk) => feed.push(chunk), finish };
}
