/**
 * Hints to the kernel to read an object into the page cache (fadvise or madvise WILLNEED), where a read past the page cache
 * (O_DIRECT) does not find it: a demand reads the same bytes again. A hint cannot be taken back. Hinted pages count as
 * reclaimed by the time of the next hint of the same object. Unlike the kernel's own read-ahead, which knows no priority,
 * its reads go behind the program's demand.
 */
import { type IoInterface, PREFETCH } from '../../devices/index.ts';
import type { HandlerId, Simulation } from '../../sim/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { PrefetchAccount } from './prefetch-account.ts';

export class Hints {
  /** Bytes being read. */
  inFlightBytes = 0;
  private readonly catalogue: Catalogue;
  private readonly io: IoInterface;
  private readonly account: PrefetchAccount;
  private readonly extentDone: HandlerId;
  /** Hinted, and neither asked for nor passed since. */
  private readonly open: Uint8Array;

  /** @param onEnd called when an extent has been read */
  constructor(
    sim: Simulation,
    catalogue: Catalogue,
    io: IoInterface,
    account: PrefetchAccount,
    onEnd: () => void,
  ) {
    this.catalogue = catalogue;
    this.io = io;
    this.account = account;
    this.open = new Uint8Array(catalogue.objects);
    this.extentDone = sim.register((extent) => {
      this.inFlightBytes -= catalogue.extentBytes[extent];
      onEnd();
    });
  }

  /** @returns false when the object is hinted already */
  start(id: number): boolean {
    if (this.open[id] === 1) return false;
    const { extentStart, extentOffset, extentBytes, bytes } = this.catalogue;
    this.open[id] = 1;
    this.account.issued(id, bytes[id]);
    this.inFlightBytes += bytes[id];
    for (let e = extentStart[id]; e < extentStart[id + 1]; e++)
      this.io.read(extentOffset[e], extentBytes[e], PREFETCH, this.extentDone, e);
    return true;
  }

  /** The object is asked for. @returns whether it was hinted, and is now read twice */
  asked(id: number): boolean {
    if (this.open[id] === 0) return false;
    this.open[id] = 0;
    this.account.readTwice(id, this.catalogue.bytes[id]);
    return true;
  }

  /** Its layer has passed without asking for it. */
  drop(id: number): void {
    this.open[id] = 0;
    this.account.lost(id, this.catalogue.bytes[id]);
  }
}
