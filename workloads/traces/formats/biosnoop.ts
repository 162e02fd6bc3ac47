/**
 * biosnoop of bcc (`TIME(s) COMM PID DISK T SECTOR BYTES [QUE(ms)] LAT(ms)`), of libbpf-tools (the same columns) and
 * of bpftrace (`TIME(ms) DISK COMM PID LAT(ms)`, whole milliseconds, without sector and bytes).
 *
 * A line is printed at the completion and LAT counts from the issue to the driver, so issue = TIME - LAT.
 */
import { BlockTrace, OTHER } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { SECTOR } from '../pairing.ts';
import { operationOfText } from '../rwbs.ts';
import { nanosecondsOf } from '../stamps.ts';

const NAME = 'biosnoop';
const BCC =
  /^(\d+)\.(\d+)\s+(.*?)\s+(\d+)\s+(\S+)\s+([A-Z]+)\s+(-?\d+)\s+(\d+)(?:\s+[SR?])?(?:\s+\d+\.\d+)?\s+(\d+\.\d+)\s*$/;
const BPFTRACE = /^(\d+)\s+(\S+)\s+(\S.*?)\s+(\d+)\s+(\d+)\s*$/;
const HEADING = /^TIME\((?:s|ms)\)\s/;
/** What the tools and their documentation print around the listing. */
const NOT_A_RECORD = /^(Attaching|Tracing|\[\.\.\.\]|#)/;
/** Linux prints -1 as the sector of requests without one. */
const NO_SECTOR = 2 ** 63;

export const biosnoop: TraceFormat = {
  name: NAME,
  describes: 'biosnoop of bcc, libbpf-tools or bpftrace',
  detect: linesLike(
    /^TIME\((s|ms)\)\s.*\bLAT\(ms\)|^\d+\.\d+\s+\S.*?\s+\d+\s+\S+\s+[RWDF][A-Z]*\s+-?\d+\s+\d+\s+\d+\.\d+/,
  ),
  open,
};

function open(): Importer {
  const trace = new BlockTrace();
  const clock = new TraceClock(1e3, 'recorded');
  const add = (
    complete: number,
    latencyMs: string,
    disk: string,
    offset: number,
    bytes: number,
    rwbs: string,
    pid: string,
    command: string,
  ) => {
    const issue = complete - Math.round(Number(latencyMs) * 1e9);
    const op = rwbs === '' ? OTHER : operationOfText(rwbs);
    trace.add(
      issue,
      complete,
      trace.devices.indexOf(disk),
      offset,
      bytes,
      op,
      Number(pid),
      -1,
      trace.sources.indexOf(command),
    );
  };
  let bpftrace = false;
  const line = (text: string): LineKind => {
    if (HEADING.test(text)) {
      bpftrace = text.startsWith('TIME(ms)');
      return NOISE;
    }
    const match = (bpftrace ? BPFTRACE : BCC).exec(text);
    if (!match) return NOT_A_RECORD.test(text) ? NOISE : UNKNOWN;
    if (bpftrace) {
      const [, time, disk, command, pid, latency] = match;
      add(Number(time) * 1e9, latency, disk, NaN, NaN, '', pid, command);
      return RECORD;
    }
    const [, seconds, fraction, command, pid, disk, rwbs, sector, bytes, latency] = match;
    if (Number(bytes) === 0) return NOISE;
    const number = Number(sector);
    const offset = number >= 0 && number < NO_SECTOR ? number * SECTOR : NaN;
    add(
      clock.at(Number(seconds), nanosecondsOf(fraction)),
      latency,
      disk,
      offset,
      Number(bytes),
      rwbs,
      pid,
      command,
    );
    return RECORD;
  };
  const feed = new LineFeed(
    NAME,
    '"TIME(s) COMM PID DISK T SECTOR BYTES LAT(ms)" or "TIME(ms) DISK COMM PID LAT(ms)"',
    byText(line),
  );
  const finish = () => {
    const imported = finishRequests(NAME, trace, feed, clock);
    if (bpftrace)
      imported.warnings.push(
        'biosnoop.bt prints neither sector nor bytes: offsets, sizes and bandwidth are not known',
      );
    return imported;
  };
  return { push: (chunk) => feed.push(chunk), finish };
}
