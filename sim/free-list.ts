/** Numbered places that are taken and given back, the last given back first, whose memory is then still in the cache. */
import { grown } from './grown.ts';

const LIMIT = 2 ** 24;

export class FreeList {
  /** Places that exist; the owner's arrays need this many elements. */
  capacity = 64;
  private readonly what: string;
  private free = new Int32Array(this.capacity);
  private freeCount = 0;
  private used = 0;

  /** @param what names the occupants in the error of a full table, e.g. `commands` */
  constructor(what: string) {
    this.what = what;
  }

  /** Takes a place. When `capacity` has grown afterwards, the owner grows its arrays. */
  take(): number {
    if (this.freeCount > 0) return this.free[--this.freeCount];
    if (this.used === this.capacity) this.grow();
    return this.used++;
  }

  release(place: number): void {
    this.free[this.freeCount++] = place;
  }

  private grow(): void {
    if (this.capacity === LIMIT) throw new Error(`more than ${LIMIT} ${this.what} at once`);
    this.capacity *= 2;
    this.free = grown(this.free, this.capacity);
  }
}
