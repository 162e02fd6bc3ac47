/**
 * `perf trace -F all|maj|min --no-syscalls`: `677.973 ( 0.000 ms): python3/19640 majfault [ip] => file@0x758000 (d.)`
 * = milliseconds, duration, command/tid, kind, code place, file@offset, (map type d or x, level). The best record of
 * page faults: it holds file and offset.
 */
import { TraceClock } from '../clock.ts';
import { FAULT_MAJOR, FAULT_MINOR, FaultTrace } from '../fault-trace.ts';
import { type Imported, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { nanosecondsOf } from '../stamps.ts';

const NAME = 'perf-faults';
const LINE =
  /^\s*(\d+)\.(\d+) \(\s*[\d.]*\s*(?:ms)?\):\s+(.*?)\/(\d+) (maj|min)fault \[.*?\] => (.*)@0x([0-9a-f]{1,16}) \((..?)\)\s*$/;
/** System calls, lost events and summaries between the faults. */
const OTHER = /^\s*(\d+\.\d+ \(|LOST|Summary|\?|#)/;

export const perfFaults: TraceFormat = {
  name: NAME,
  describes: 'perf trace -F all --no-syscalls',
  detect: linesLike(/ (maj|min)fault \[.*\] => /),
  open,
};

function open(): Importer {
  const faults = new FaultTrace();
  const clock = new TraceClock(1, 'recorded');
  const line = (text: string): LineKind => {
    const match = LINE.exec(text);
    if (!match) return OTHER.test(text) && !text.includes('fault [') ? NOISE : UNKNOWN;
    const [, milliseconds, fraction, command, tid, kind, file, hexadecimal] = match;
    const time = clock.at(Number(milliseconds), nanosecondsOf(fraction));
    const place = Number.parseInt(hexadecimal, 16);
    // Anonymous memory is printed as //anon@address or [stack]@address: an address, not an offset in a file.
    const anonymous = /^(\/\/|\[)/.test(file);
    const thread = Number(tid);
    const offset = anonymous ? NaN : place;
    const index = faults.files.indexOf(file);
    const commandIndex = faults.commands.indexOf(command);
    faults.add(
      time,
      -1,
      thread,
      commandIndex,
      anonymous ? place : NaN,
      index,
      offset,
      kind === 'maj' ? FAULT_MAJOR : FAULT_MINOR,
      false,
    );
    return RECORD;
  };
  const feed = new LineFeed(
    NAME,
    '"ms (duration): command/tid majfault|minfault [place] => file@0xoffset (d.)"',
    byText(line),
  );
  const finish = (): Imported => ({
    format: NAME,
    faults,
    warnings: [...feed.finish(), ...clock.warnings()],
  });
  return { push: (chunk) => feed.push(chunk), finish };
}
