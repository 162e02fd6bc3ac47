/**
 * The kernel's block tracepoints as ftrace, trace-cmd and perf script print them:
 * `fio-12341 [001] ....  1234.100012: block_rq_issue: 259,0 R 4096 () 2097152 + 8 [fio]` and
 * `block_rq_complete: 259,0 R () 2097152 + 8 [0]` (include/trace/events/block.h; Linux 6.10 and later add the I/O
 * priority before the brackets). Insert and bio events are other views of the same I/O and are not counted.
 */
import { BlockTrace } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import {
  finishRequests,
  type Importer,
  type ImportOptions,
  linesLike,
  type TraceFormat,
} from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { RequestPairing, SECTOR } from '../pairing.ts';
import { operationOfText } from '../rwbs.ts';
import { nanosecondsOf } from '../stamps.ts';

const NAME = 'ftrace';
const EVENT = /^(.*?):\s+(?:block:)?(block_\w+):\s+(.*)$/;
const PREFIX = /^\s*(\S.*?)[-\s]+(\d+)\s[^[]*\[(\d+)\]\s(?:.*\s)?(\d+)\.(\d+)$/;
/** A bio event has neither bytes nor command. */
const REQUEST = /^(\d+,\d+) ([A-Z]+) (?:(?:\d+ )?\(.*?\) )?(\d+) \+ (\d+)/;
const HEADING = /^\s*(#|cpus=|\[?CPU|version)/;

export const ftrace: TraceFormat = {
  name: NAME,
  describes: 'block tracepoints from ftrace, trace-cmd or perf script',
  detect: linesLike(/\d+\.\d+:\s+(?:block:)?block_(rq|bio|getrq|split|plug|unplug)\w*:\s/),
  open,
};

function open(options: ImportOptions): Importer {
  const trace = new BlockTrace();
  const clock = new TraceClock(1e3, 'first');
  const pairing = new RequestPairing(trace, options.action);
  const line = (text: string): LineKind => {
    const event = EVENT.exec(text);
    if (!event) return HEADING.test(text) ? NOISE : UNKNOWN;
    const [, before, name, rest] = event;
    const issue = name === (pairing.counted === 'Q' ? 'block_bio_queue' : 'block_rq_issue');
    if (!issue && name !== 'block_rq_complete' && name !== 'block_rq_requeue') return NOISE;
    const request = REQUEST.exec(rest);
    const prefix = PREFIX.exec(before);
    if (!request || !prefix) return UNKNOWN;
    const [, command, pid, cpu, seconds, fraction] = prefix;
    const [, number, rwbs, sectorText, sectors] = request;
    const time = clock.at(Number(seconds), nanosecondsOf(fraction));
    const device = trace.devices.indexOf(number);
    const sector = Number(sectorText);
    const bytes = Number(sectors) * SECTOR;
    const op = operationOfText(rwbs);
    if (issue)
      pairing.issued(
        time,
        device,
        sector,
        bytes,
        op,
        Number(pid),
        Number(cpu),
        trace.sources.indexOf(command),
      );
    else if (name === 'block_rq_complete') pairing.completed(time, device, sector, bytes, op, Number(cpu));
    else pairing.requeued(device, sector);
    return RECORD;
  };
  const expected =
    '"command-pid [cpu] flags seconds: block_rq_issue: major,minor rwbs bytes () sector + sectors [command]"';
  const feed = new LineFeed(NAME, expected, byText(line));
  return {
    push: (chunk) => feed.push(chunk),
    finish: () => finishRequests(NAME, trace, feed, clock, pairing),
  };
}
