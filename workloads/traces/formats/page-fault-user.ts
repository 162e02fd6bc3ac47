/**
 * bpftrace on the tracepoint exceptions:page_fault_user: `nsecs pid tid command address ip error_code` (the print that
 * docs/traces.md suggests). Error code bits (x86): 0 protection, 1 write, 2 user, 4 instruction fetch; whether the
 * fault was major is not recorded. The address is virtual: give /proc/PID/maps to find file and offset.
 */
import { TraceClock } from '../clock.ts';
import { FAULT_UNKNOWN, FaultTrace } from '../fault-trace.ts';
import { type Imported, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { highOf, lowOf } from '../stamps.ts';

const NAME = 'page-fault-user';
const LINE = /^(\d{6,24}) (\d+) (\d+) (.*) 0x([0-9a-f]{1,16}) 0x[0-9a-f]{1,16} (\d+)\s*$/;
const WRITE_BIT = 2;

export const pageFaultUser: TraceFormat = {
  name: NAME,
  describes: 'bpftrace prints at page_fault_user',
  detect: linesLike(LINE),
  open,
};

function open(): Importer {
  const faults = new FaultTrace();
  const clock = new TraceClock(1e3, 'first');
  const unknownFile = faults.files.indexOf('');
  const line = (text: string): LineKind => {
    const match = LINE.exec(text);
    if (!match) return /^(Attaching|@)/.test(text) ? NOISE : UNKNOWN;
    const [, stamp, pid, tid, command, address, code] = match;
    const time = clock.at(highOf(stamp), lowOf(stamp));
    const write = (Number(code) & WRITE_BIT) !== 0;
    const commandIndex = faults.commands.indexOf(command);
    faults.add(
      time,
      Number(pid),
      Number(tid),
      commandIndex,
      Number.parseInt(address, 16),
      unknownFile,
      NaN,
      FAULT_UNKNOWN,
      write,
    );
    return RECORD;
  };
  const feed = new LineFeed(NAME, '"nsecs pid tid command 0xaddress 0xip error_code"', byText(line));
  const finish = (): Imported => ({
    format: NAME,
    faults,
    warnings: [
      ...feed.finish(),
      ...clock.warnings(),
      'page_fault_user does not say whether a fault was major or minor',
    ],
  });
  return { push: (chunk) => feed.push(chunk), finish };
}
