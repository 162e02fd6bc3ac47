/**
 * Files that lie beside I/O traces and hold none: recognised, so that the refusal says what they are.
 */
import { CERTAIN, type TraceFormat, type TraceHead } from '../imported.ts';
import { TraceError } from '../trace-error.ts';

const refusing = (
  name: string,
  describes: string,
  detect: (head: TraceHead) => number,
  why: string,
): TraceFormat => ({
  name,
  describes: `${describes} (recognised, refused: ${why})`,
  detect,
  open: () => {
    throw new TraceError('a trace of I/O', 'line 1', describes, `requests, page faults or I/O rates; ${why}`);
  },
});

export const nvidiaSmi = refusing(
  'nvidia-smi',
  'nvidia-smi csv',
  ({ text }) => (/^timestamp, .*(utilization\.gpu|memory\.used|power\.draw)/.test(text) ? CERTAIN : 0),
  'it holds the use of a GPU, no I/O',
);

export const chromeTrace = refusing(
  'chrome-trace',
  'a Chrome trace (Trace Event Format)',
  ({ text }) => (/^\s*\{?\s*("displayTimeUnit"[^{]*)?"traceEvents"\s*:/.test(text) ? CERTAIN : 0),
  'its spans need not be I/O; it is an export only',
);
