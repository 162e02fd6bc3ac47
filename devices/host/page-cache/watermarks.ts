/**
 * How much of a machine's memory the kernel keeps free, in pages (init_per_zone_wmark_min and __setup_per_zone_wmarks,
 * mm/page_alloc.c; Documentation/admin-guide/sysctl/vm.rst, Linux 6.18):
 *
 *   min  = 4 x sqrt(memory in KiB) KiB, at least 128 KiB, at most 256 MiB (min_free_kbytes)
 *   low  = min + max(min / 4, memory x 10 / 10,000)                      (watermark_scale_factor 10)
 *   high = low + the same
 *
 * All memory is taken as one zone. Transparent huge pages raise min_free_kbytes further by some pages a zone and type
 * (khugepaged's recommended_min_free); that is not counted here.
 */
export interface Watermarks {
  /** An allocation that would leave fewer reclaims by itself. */
  readonly min: number;
  /** One that would leave fewer wakes kswapd, */
  readonly low: number;
  /** which frees up to here. */
  readonly high: number;
}

const PAGE_KIB = 4;
const SCALE_FACTOR = 10;

/** @param pages of the whole machine, what is locked included */
export function watermarksOf(pages: number): Watermarks {
  const kib = Math.floor(4 * Math.sqrt(pages * PAGE_KIB));
  const min = Math.floor(Math.min(262144, Math.max(128, kib)) / PAGE_KIB);
  const step = Math.max(Math.floor(min / 4), Math.floor((pages * SCALE_FACTOR) / 10_000));
  return { min, low: min + step, high: min + 2 * step };
}
