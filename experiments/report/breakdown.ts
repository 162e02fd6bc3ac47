/** A token's time by what it is spent on: lines for a terminal. */
import type { Result } from '../result.ts';
import { formatSeconds } from './format.ts';

/** The parts that add up to a token's time, by name. */
export const breakdownParts = (b: NonNullable<Result['breakdown']>): [string, number][] => [
  ['exposed I/O', b.exposedIoSeconds],
  ['experts', b.expertSeconds],
  ['attention', b.attentionSeconds],
  ['lm_head', b.headSeconds],
  ['software', b.softwareSeconds],
  ['other', b.otherSeconds],
];

/** `token time 209 ms = exposed I/O 60.9 ms + experts 70.0 ms + …`, in lines of at most 100 columns. */
export function breakdownText({ breakdown }: Result): string | undefined {
  if (!breakdown) return undefined;
  const parts = breakdownParts(breakdown).filter(([, seconds]) => seconds > 0);
  const sum = parts.reduce((total, [, seconds]) => total + seconds, 0);
  const terms = parts.map(([name, seconds]) => `${name} ${formatSeconds(seconds)}`);
  return [
    `token time ${formatSeconds(sum)} = ${terms.slice(0, 3).join(' + ')}`,
    ...(terms.length > 3 ? [`  + ${terms.slice(3).join(' + ')}`] : []),
    `  I/O service, summed over commands: ${formatSeconds(breakdown.ioServiceSeconds)}`,
  ].join('\n');
}
