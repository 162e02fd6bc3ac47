/**
 * Parts of a run as a fio job: one section a part, each behind a stonewall, so that a part begins when the one before it
 * has ended, and one iolog (version 3) each. `iodepth` is the most requests that the part had in flight. Stamps are
 * microseconds from the part's first request and begin at 1: fio drops the pause behind a stamp of 0 (iolog.c,
 * delay_since_ttime).
 */
import { us } from '../../sim/index.ts';
import { BlockTrace, distributionOf, READ, toFioIolog } from '../../workloads/traces/index.ts';
import type { Figures } from './figures.ts';
import type { Part, RecordedRequest } from './record-run.ts';

export interface JobOptions {
  /** File or device that is read. */
  readonly target: string;
  readonly engine: string;
  /** Requests follow each other as fast as the depth allows. */
  readonly noStall: boolean;
  /** First lines, as comments. */
  readonly about: string;
}

export const logName = ({ name }: Part): string => `${name}.log`;

export function jobText(parts: readonly Part[], { target, engine, noStall, about }: JobOptions): string {
  const global = [
    '[global]',
    `ioengine=${engine}`,
    'direct=1',
    ...(noStall ? ['replay_no_stall=1'] : []),
    `replay_redirect=${target}`,
  ];
  const sections = parts.map((part) =>
    [
      `[${part.name}]`,
      'stonewall',
      `read_iolog=${logName(part)}`,
      `iodepth=${mostInFlight(part.requests)}`,
    ].join('\n'),
  );
  return `${about.replace(/^/gm, '# ')}\n${global.join('\n')}\n\n${sections.join('\n\n')}\n`;
}

export function logPieces({ requests }: Part, target: string): Iterable<string> {
  const trace = new BlockTrace();
  const device = trace.devices.indexOf(target);
  const source = trace.sources.indexOf('nvmoe');
  const begin = requests[0].issue - us(1);
  for (const { issue, complete, offset, bytes } of requests) {
    trace.add(issue - begin, complete - begin, device, offset, bytes, READ, -1, -1, source);
  }
  return toFioIolog(trace);
}

function mostInFlight(requests: readonly RecordedRequest[]): number {
  const ends = requests.map(({ complete }) => complete).sort((a, b) => a - b);
  let done = 0;
  let most = 0;
  requests.forEach(({ issue }, started) => {
    while (ends[done] <= issue) done++;
    most = Math.max(most, started + 1 - done);
  });
  return most;
}

/** What the run says of a part: from its first request to its last completion. */
export function predictedFigures({ name, requests }: Part): Figures {
  const latency = distributionOf(
    Float64Array.from(requests, ({ issue, complete }) => (complete - issue) / 1e12),
  );
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0);
  const end = requests.reduce((last, { complete }) => Math.max(last, complete), 0);
  const seconds = (end - requests[0].issue) / 1e12;
  return {
    name,
    requests: requests.length,
    bytes,
    seconds,
    bytesPerSecond: bytes / seconds,
    p50Seconds: latency.p50,
    p99Seconds: latency.p99,
  };
}
