/**
 * What became of every prefetched byte. An object is useful when it was complete before a step asked for it, late when
 * it was still on its way at that moment, wasted when it left memory unused or was read in part and given up; cancelled
 * bytes were never read. So at any instant
 *   issued = useful + late + wasted + cancelled + pending (in memory or in flight, not asked for yet).
 */
export interface PrefetchTotals {
  readonly issuedBytes: number;
  readonly usefulBytes: number;
  readonly lateBytes: number;
  readonly wastedBytes: number;
  readonly cancelledBytes: number;
  readonly pendingBytes: number;
  /** Of the wasted: hinted, and read again past the page cache when asked for. */
  readonly readTwiceBytes: number;
}

export class PrefetchAccount implements PrefetchTotals {
  issuedBytes = 0;
  usefulBytes = 0;
  lateBytes = 0;
  wastedBytes = 0;
  cancelledBytes = 0;
  pendingBytes = 0;
  readTwiceBytes = 0;
  /** 1: prefetched, and neither asked for nor given up since. */
  private readonly open: Uint8Array;

  constructor(objects: number) {
    this.open = new Uint8Array(objects);
  }

  /** The sums as they are now. */
  totals(): PrefetchTotals {
    const { issuedBytes, usefulBytes, lateBytes, wastedBytes, cancelledBytes, pendingBytes, readTwiceBytes } =
      this;
    return {
      issuedBytes,
      usefulBytes,
      lateBytes,
      wastedBytes,
      cancelledBytes,
      pendingBytes,
      readTwiceBytes,
    };
  }

  issued(id: number, bytes: number): void {
    this.open[id] = 1;
    this.issuedBytes += bytes;
    this.pendingBytes += bytes;
  }

  demanded(id: number, bytes: number, inFlight: boolean): void {
    if (this.open[id] === 0) return;
    this.settle(id, bytes);
    if (inFlight) this.lateBytes += bytes;
    else this.usefulBytes += bytes;
  }

  /** It leaves memory, or will never be asked for where it lies. */
  lost(id: number, bytes: number): void {
    if (this.open[id] === 0) return;
    this.settle(id, bytes);
    this.wastedBytes += bytes;
  }

  /** Asked for, and read anew although it was read ahead. */
  readTwice(id: number, bytes: number): void {
    this.readTwiceBytes += bytes;
    this.lost(id, bytes);
  }

  cancelled(id: number, bytes: number, unread: number): void {
    this.settle(id, bytes);
    this.cancelledBytes += unread;
    this.wastedBytes += bytes - unread;
  }

  private settle(id: number, bytes: number): void {
    this.open[id] = 0;
    this.pendingBytes -= bytes;
  }
}
