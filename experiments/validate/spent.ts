/**
 * Where the predicted time of a mapped program's run goes: seconds of one thread (mean over its threads; the load has one)
 * in its own work, waiting for reads, in faults and switches, in reclaim, and waiting for the other threads, in load, prompt
 * and measured tokens together.
 */
import { formatSeconds } from '../report/format.ts';
import type { Result, Time, TimePart } from '../result.ts';

export type Spent = Record<TimePart, number>;

const PARTS: Record<TimePart, string> = {
  compute: 'work',
  exposedIo: 'reads',
  software: 'faults',
  reclaim: 'reclaim',
  other: 'barriers',
};

/** Undefined for programs that do not fault, whose phases have no times. */
export function spentIn({ load, prefill, time, tokenSeconds, tokens }: Result): Spent | undefined {
  if (!load?.time) return undefined;
  const phases: [Time | undefined, number][] = [
    [load.time, load.seconds],
    [prefill?.time, prefill?.seconds ?? 0],
    [time, tokenSeconds.mean * tokens.measured],
  ];
  const of = (part: TimePart) =>
    phases.reduce((sum, [shares, seconds]) => sum + (shares?.[part] ?? 0) * seconds, 0);
  return Object.fromEntries((Object.keys(PARTS) as TimePart[]).map((part) => [part, of(part)])) as Spent;
}

export const SPENT_HEAD = ['row', ...Object.values(PARTS)];

export const spentCells = ({ row, spent }: { row: string; spent: Spent }): string[] => [
  row,
  ...(Object.keys(PARTS) as TimePart[]).map((part) => formatSeconds(spent[part])),
];
