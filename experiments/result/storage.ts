/**
 * What the drives did, as iostat and blktrace would show it (commands after the driver's cutting), and beside it what
 * the program asked for. A 10 MB read at application depth 1 is dozens of commands at the drive: the two views differ.
 */
import { z } from 'zod';
import { bytes, count, depth, fraction, percentiles, rate, sizes } from './quantities.ts';

const deviceSchema = z.object({
  name: z.string().describe('Profile name and position in the array.'),
  bytesRead: bytes().describe('Bytes this drive read.'),
  bytesPerSecond: rate().describe('`bytesRead` / measured time, B/s.'),
  iops: rate().describe('Read commands completed per second.'),
  queueDepth: depth().describe('Commands outstanding at this drive.'),
  utilisation: fraction().describe(
    'Share of the measured time in which its bandwidth-limiting station was busy.',
  ),
});

const stationSchema = z.object({
  kind: z
    .string()
    .describe(
      'die (or plane or chip, whichever takes one command at a time), channel, firmware core, DRAM, link to host, link from host.',
    ),
  name: z.string().describe('Which of them, with the drive it belongs to where there are several.'),
  utilisation: fraction().describe('Busy servers / servers, mean over the measured time.'),
  waitSeconds: z
    .number()
    .nonnegative()
    .describe('Mean time in its queue per visit, s; of a channel that of data.'),
  visits: count().describe('Commands or pages served.'),
});

export const storageSchema = z.object({
  bytesRead: bytes().describe(
    'Bytes that crossed the drives’ links in the measured time, whatever caused them.',
  ),
  bytesWritten: bytes().optional().describe('Bytes written to the drives; absent in read-only runs.'),
  bytesPerSecond: rate().describe('`bytesRead` / measured time, B/s: an average over waits and compute too.'),
  iops: rate().describe('Read commands completed at the drives per second (iostat’s r/s).'),
  requestBytes: sizes().describe('Size of a command as a drive sees it, after cutting at MDTS and stripes.'),
  queueDepth: depth().describe(
    'Device depth: commands outstanding, summed over the drives (iostat’s aqu-sz).',
  ),
  latencySeconds: percentiles().describe(
    'Submission of a command to a drive until its data is in host memory.',
  ),
  utilisation: fraction().describe('Mean of `perDevice[].utilisation`.'),
  perDevice: z.array(deviceSchema).describe('Each drive; unequal shares show an unbalanced placement.'),
  application: z
    .object({
      requests: count().describe('Reads submitted to the I/O interface.'),
      requestBytes: sizes().describe('Size of a read as the program asks for it.'),
      queueDepth: depth().describe('Application depth: reads outstanding at the I/O interface, all threads.'),
      latencySeconds: percentiles().describe('Call of the I/O interface until its completion is seen.'),
    })
    .optional()
    .describe('The program’s view of the same reads.'),
  causes: z
    .array(
      z.object({
        cause: z.string().describe('demand, prefetch, readahead, fault-around, refault, swap …'),
        requests: count().describe('Commands for this cause.'),
        bytes: bytes().describe('Bytes for this cause.'),
      }),
    )
    .optional()
    .describe('Reads by cause; the bytes add up to `bytesRead`.'),
  accessPattern: z
    .object({
      sequentialShare: fraction().describe('Starts where the one before ended (gap 0).'),
      forwardGapShare: fraction().describe('Starts beyond the end of the one before.'),
      backwardShare: fraction().describe('Starts before the end of the one before.'),
      gaps: z
        .array(
          z.object({
            gap: z.string().describe('0, <128 KiB, <1 MiB, larger, or backward.'),
            commands: count().describe('Commands that begin so far beyond the end of the one before.'),
          }),
        )
        .optional()
        .describe('The same by class of gap.'),
    })
    .optional()
    .describe(
      'Shares by request count in issue order per drive, as block tracing defines them; they sum to 1.',
    ),
  stations: z.array(stationSchema).optional().describe('Where time goes inside the drives (flash fidelity).'),
});

export type Storage = z.output<typeof storageSchema>;
