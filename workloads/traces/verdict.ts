/**
 * Sequential, random or hybrid, and why. A request is near its predecessor if it follows it at once or within the
 * read-ahead window; nine tenths of near requests are sequential, one tenth random, all between hybrid (this project's
 * convention). Interleaved sequential streams look random on the device: the evidence says so.
 */
import type { GapCounts } from './gaps.ts';

export type Verdict = 'sequential' | 'random' | 'hybrid';

const SEQUENTIAL = 0.9;
const RANDOM = 0.1;
/** A difference between threads and device that is worth a line. */
const INTERLEAVED = 0.2;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const near = (gaps: GapCounts): number =>
  gaps.pairs === 0 ? 1 : (gaps.counts[0] + gaps.counts[1]) / gaps.pairs;

/** @param threads the same counts with predecessors of the same thread only */
export function judge(
  gaps: GapCounts,
  threads: GapCounts,
  medianBytes: number,
): { verdict: Verdict; evidence: string[] } {
  const share = near(gaps);
  const verdict = share >= SEQUENTIAL ? 'sequential' : share <= RANDOM ? 'random' : 'hybrid';
  const [at, small, middle, large, backward] = gaps.counts.map((count) =>
    percent(gaps.pairs === 0 ? 0 : count / gaps.pairs),
  );
  const evidence = [
    `${at} of requests begin where the one before ended, ${small} within 128 KiB after it, ${middle} within 1 MiB, ${large} farther, ${backward} backward`,
    `near (at once or within 128 KiB): ${percent(share)}; sequential from ${percent(SEQUENTIAL)}, random up to ${percent(RANDOM)}`,
    `median request ${Number.isNaN(medianBytes) ? 'of unknown size' : `${medianBytes} B`}`,
  ];
  if (near(threads) > share + INTERLEAVED)
    evidence.push(
      `within each thread ${percent(near(threads))} are near: sequential streams, interleaved on the device`,
    );
  return { verdict, evidence };
}
