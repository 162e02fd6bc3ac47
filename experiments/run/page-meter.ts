/** What the page cache and the faults of a phase were, and of each generated token. */
import { type BufferedFile, MmapFile, PAGE_BYTES } from '../../devices/index.ts';
import { toSeconds } from '../../sim/index.ts';
import type { Phase } from '../../workloads/inference/index.ts';
import type { PageCache } from '../result.ts';

/** Seconds of the threads, all added up. */
export interface ThreadSeconds {
  readonly total: number;
  readonly work: number;
  readonly fault: number;
  readonly reclaim: number;
  readonly wait: number;
}

export class PageMeter {
  readonly phases = new Map<Phase | 'window', PageCache>();
  readonly threads = new Map<Phase | 'window', ThreadSeconds>();
  /** Of each generated token: bytes read, major and minor faults. */
  readonly tokens: { readonly bytes: number; readonly major: number; readonly minor: number }[] = [];
  private readonly file: MmapFile | BufferedFile;
  private counts: MmapFile['cache']['counts'];
  /** Sums since the phase began, up to the token before. */
  private before = { bytes: 0, major: 0, minor: 0 };

  constructor(file: MmapFile | BufferedFile) {
    this.file = file;
    this.counts = { ...file.cache.counts };
  }

  phaseBegins(): void {
    this.counts = { ...this.file.cache.counts };
    this.before = { bytes: 0, major: 0, minor: 0 };
  }

  phaseEnds(phase: Phase | 'window', seconds: number): void {
    const { file } = this;
    const { times, cache, kswapd } = file;
    const bytes = (key: keyof typeof cache.counts) => (cache.counts[key] - this.counts[key]) * PAGE_BYTES;
    const both = {
      readaheadWastedBytes: bytes('unused'),
      reclaimedBytes: bytes('evicted'),
      reclaimSeconds: toSeconds(times.reclaim),
      ...(kswapd && {
        kswapdBytes: kswapd.evicted * PAGE_BYTES,
        kswapdSeconds: toSeconds(kswapd.time),
      }),
    };
    if (!(file instanceof MmapFile)) {
      this.phases.set(phase, { copiedBytes: file.copied, ...both });
      return;
    }
    const { faults } = file;
    const demanded = Math.min(bytes('inserted'), (faults.major - faults.ahead) * PAGE_BYTES);
    this.phases.set(phase, {
      majorFaults: faults.major,
      minorFaults: faults.minor,
      waitedFaults: faults.waited,
      readaheadBytes: bytes('inserted') - demanded,
      readaheadUsedBytes: Math.max(0, bytes('used') - demanded),
      ...both,
    });
    this.threads.set(phase, {
      // One thread loads.
      total: (phase === 'load' ? 1 : file.computing) * seconds,
      work: toSeconds(file.times.work),
      fault: toSeconds(times.fault),
      reclaim: toSeconds(times.reclaim),
      wait: toSeconds(times.wait),
    });
  }

  token(): void {
    const { statistics } = this.file;
    const faults = this.file instanceof MmapFile ? this.file.faults : { major: 0, minor: 0 };
    const now = {
      bytes: statistics.bytes[0] + statistics.bytes[1],
      major: faults.major,
      minor: faults.minor,
    };
    this.tokens.push({
      bytes: now.bytes - this.before.bytes,
      major: now.major - this.before.major,
      minor: now.minor - this.before.minor,
    });
    this.before = now;
  }
}
