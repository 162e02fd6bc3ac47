/**
 * Slow reference statistics of a list of requests, from the definitions: byte sets by sector, depth by looking at every
 * instant, gaps by walking the list.
 */
import type { WrittenRequest } from './trace-writers.ts';

const SECTOR = 512;

/** Different bytes, by marking every sector. */
export function uniqueBytes(requests: readonly WrittenRequest[]): number {
  const sectors = new Set<number>();
  for (const { sector, sectors: count } of requests) for (let i = 0; i < count; i++) sectors.add(sector + i);
  return sectors.size * SECTOR;
}

/** [mean, most] requests in flight, by counting those open in each interval between two events. */
export function depth(requests: readonly WrittenRequest[]): [number, number] {
  const instants = [...new Set(requests.flatMap((r) => [r.issue, r.complete]))].sort((a, b) => a - b);
  let area = 0;
  let most = 0;
  for (let i = 1; i < instants.length; i++) {
    const open = requests.filter((r) => r.issue <= instants[i - 1] && r.complete >= instants[i]).length;
    area += open * (instants[i] - instants[i - 1]);
    most = Math.max(most, open);
  }
  return [area / (instants[instants.length - 1] - instants[0]), most];
}

/** Requests by gap to the one before: 0, below 128 KiB, below 1 MiB, larger, backward. */
export function gaps(requests: readonly WrittenRequest[]): number[] {
  const counts = [0, 0, 0, 0, 0];
  for (let i = 1; i < requests.length; i++) {
    const before = requests[i - 1];
    const gap = (requests[i].sector - before.sector - before.sectors) * SECTOR;
    counts[gap < 0 ? 4 : gap === 0 ? 0 : gap < 131072 ? 1 : gap < 1048576 ? 2 : 3]++;
  }
  return counts;
}
