/** The kernel event trace of data/inference/llamacpp-mmap: what the page cache held and did, event by event. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { measured } from '../../data.ts';
import { FILE_BYTES, FOLDER } from './llamacpp-runs.ts';

export const PAGES = Math.ceil(FILE_BYTES / 4096);

/** Letters as the data's README has them: F fault, O window, U what of it is read page by page, Y a mark was touched, A added, D removed. */
export interface KernelEvent {
  readonly time: number;
  readonly cpu: number;
  readonly kind: string;
  readonly page: number;
  readonly count: number;
  /** `async` of a window, `look` of single pages: pages from the mark to the end. */
  readonly behindMark: number;
}

export function kernelEvents(): KernelEvent[] {
  const text = gunzipSync(readFileSync(measured(`${FOLDER}/half-ram-ra128.trace.csv.gz`))).toString();
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter((fields) => fields[2] === 'dtrace')
    .map(([time, cpu, , kind, page, count, extra]) => ({
      time: Number(time),
      cpu: Number(cpu),
      kind,
      page: Number(page),
      count: Number(count),
      behindMark: Number(/(?:async|look)=(\d+)/.exec(extra)?.[1] ?? 0),
    }));
}

/** Resident pages at the end of the load (the file's last `limit`) and after each whole token, and those added in each. */
export function residentByToken(events: readonly KernelEvent[], limit: number) {
  const resident = new Uint8Array(PAGES).fill(1, PAGES - limit);
  const tokens = [{ resident: resident.slice(), added: new Uint8Array(PAGES) }];
  let added = new Uint8Array(PAGES);
  let furthest = 0;
  for (const { kind, page, count } of events) {
    // Layers lie in the file one after another: a fault far behind the furthest one begins a token.
    if (kind === 'F' && page > 2 ** 14) {
      if (page < furthest - PAGES / 2) {
        tokens.push({ resident: resident.slice(), added });
        added = new Uint8Array(PAGES);
        furthest = page;
      }
      furthest = Math.max(furthest, page);
    }
    if (kind !== 'A' && kind !== 'D') continue;
    resident.fill(kind === 'A' ? 1 : 0, page, page + count);
    if (kind === 'A') added.fill(1, page, page + count);
  }
  return tokens;
}
