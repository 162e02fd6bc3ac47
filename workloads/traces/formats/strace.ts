/**
 * `strace -f -tt -T`: system calls that read and write. `[pid 22090] 21:21:27.109590 pread64(4, "…"..., 65536, 131072)
 * = 65536 <0.000009>`. A call interrupted by another thread's line comes in two: `pread64(4, <unfinished ...>` and
 * `<... pread64 resumed>"…", 65536, 131072) = 65536 <0.000100>`.
 *
 * read and write go on from the file position, which is followed through open, lseek and close (strace-files.ts); mmap
 * and io_uring do not appear. -ttt (seconds since 1970) is read too.
 */
import { seconds } from '../../../sim/time.ts';
import { BlockTrace, READ, type TraceOperation, WRITE } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { nanosecondsOf } from '../stamps.ts';
import { OpenFiles } from './strace-files.ts';

const NAME = 'strace';
const LINE = /^(?:\[pid\s+(\d+)\] |(\d+)\s+)?(?:(\d\d):(\d\d):(\d\d)|(\d{9,11}))\.(\d{1,9}) (.*)$/;
const CALL = /^(\w+)\((.*)\)\s+= (-?\d+|\?|0x[0-9a-f]+)(.*?)(?: <(\d+\.\d+)>)?$/s;
const UNFINISHED = /^(\w+)\((.*?)\s*<unfinished \.\.\.>$/s;
const RESUMED = /^<\.\.\. (\w+) resumed>\s*(.*)$/s;
const TRANSFERS: Record<string, { op: TraceOperation; positioned: boolean }> = {
  read: { op: READ, positioned: false },
  readv: { op: READ, positioned: false },
  pread64: { op: READ, positioned: true },
  pread: { op: READ, positioned: true },
  preadv: { op: READ, positioned: true },
  preadv2: { op: READ, positioned: true },
  write: { op: WRITE, positioned: false },
  writev: { op: WRITE, positioned: false },
  pwrite64: { op: WRITE, positioned: true },
  pwrite: { op: WRITE, positioned: true },
  pwritev: { op: WRITE, positioned: true },
  pwritev2: { op: WRITE, positioned: true },
};
const DAY = 86400;

export const strace: TraceFormat = {
  name: NAME,
  describes: 'strace -f -tt -T',
  detect: linesLike(
    /^(\[pid\s+\d+\] |\d+\s+)?(\d\d:\d\d:\d\d|\d{9,11})\.\d{1,9} (\w+\(|<\.\.\. |\+\+\+ |--- )/,
  ),
  open: () => new StraceImporter(),
};

class StraceImporter implements Importer {
  readonly #trace = new BlockTrace();
  readonly #clock = new TraceClock(1e3, 'first');
  readonly #files = new OpenFiles();
  readonly #pending = new Map<number, { name: string; head: string; time: number }>();
  #day = 0;
  #lastSecond = 0;
  #unresumed = 0;
  readonly #feed = new LineFeed(
    NAME,
    '"[pid N] hh:mm:ss.microseconds call(arguments) = result <seconds>"',
    byText((text) => this.#line(text)),
  );

  push(chunk: Uint8Array): void {
    this.#feed.push(chunk);
  }

  finish() {
    const imported = finishRequests(NAME, this.#trace, this.#feed, this.#clock);
    if (this.#unresumed > 0)
      imported.warnings.push(`${this.#unresumed} calls resumed that were begun before the trace`);
    if (this.#trace.length === 0)
      imported.warnings.push(
        'no call in the trace read or wrote a file (mmap and io_uring do not appear as calls)',
      );
    return imported;
  }

  #line(text: string): LineKind {
    const match = LINE.exec(text);
    if (!match) return /^strace:/.test(text) ? NOISE : UNKNOWN;
    const [, bracketed, bare, hours, minutes, secs, epoch, fraction, rest] = match;
    const thread = Number(bracketed ?? bare ?? -1);
    const second =
      epoch === undefined ? Number(hours) * 3600 + Number(minutes) * 60 + Number(secs) : Number(epoch);
    const time = this.#clock.at(this.#pastMidnight(second), nanosecondsOf(fraction));
    if (/^(\+\+\+|---)/.test(rest)) return NOISE;
    const unfinished = UNFINISHED.exec(rest);
    if (unfinished) {
      this.#pending.set(thread, { name: unfinished[1], head: unfinished[2], time });
      return RECORD;
    }
    const resumed = RESUMED.exec(rest);
    if (!resumed) return this.#call(rest, time, thread);
    const begun = this.#pending.get(thread);
    this.#pending.delete(thread);
    if (begun?.name !== resumed[1]) {
      this.#unresumed++;
      return RECORD;
    }
    return this.#call(`${begun.name}(${begun.head} ${resumed[2]}`, begun.time, thread);
  }

  /** Wall-clock time without a date: half a day back is the next day. */
  #pastMidnight(second: number): number {
    if (second < this.#lastSecond - DAY / 2) this.#day += DAY;
    this.#lastSecond = second;
    return second + this.#day;
  }

  #call(text: string, time: number, thread: number): LineKind {
    const call = CALL.exec(text);
    if (!call) return UNKNOWN;
    const [, name, parameters, resultText, , duration] = call;
    const result = Number(resultText);
    const transfer = TRANSFERS[name];
    if (transfer === undefined) this.#files.follow(name, parameters, result);
    else if (result > 0) {
      const file = this.#files.of(parameters);
      if (file === undefined) return RECORD;
      const offset = transfer.positioned ? offsetIn(parameters, name) : file.position;
      if (!transfer.positioned) file.position += result;
      const complete = duration === undefined ? NaN : time + seconds(Number(duration));
      const { devices, sources } = this.#trace;
      this.#trace.add(
        time,
        complete,
        devices.indexOf(file.name),
        offset,
        result,
        transfer.op,
        thread,
        -1,
        sources.indexOf(name),
      );
    }
    return RECORD;
  }
}

/** The offset of pread64 and pwrite64 is the last argument, of preadv2 and pwritev2 the last but one (then flags). */
function offsetIn(parameters: string, name: string): number {
  const match = name.endsWith('2') ? /, (\d+), [^,]*$/.exec(parameters) : /, (\d+)$/.exec(parameters);
  return match === null ? NaN : Number(match[1]);
}
