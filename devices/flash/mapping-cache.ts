/**
 * The cached part of the mapping table, for drives without DRAM for all of it: segments of the table, one flash read
 * each, kept by CLOCK. A read whose segment is absent reads it from the flash first.
 *
 * With 4 B for each 4 KiB (the usual entry), a 4 KiB segment maps 4 MiB of data. Source of the scheme: A. Gupta et al.,
 * DFTL, ASPLOS 2009.
 */
export interface MappingCacheOptions {
  /** Bytes of the table that are held. */
  readonly bytes: number;
  /** Bytes of a segment: what is read from the flash on a miss. */
  readonly segmentBytes: number;
  /** Bytes of data that a segment maps. */
  readonly mappedBytes: number;
}

const ABSENT = 0;

export class MappingCache {
  hits = 0;
  misses = 0;
  readonly segmentBytes: number;
  readonly #mappedBytes: number;
  /** Place + 1 of each segment. */
  readonly #placeOf: Int32Array;
  readonly #segmentAt: Int32Array;
  readonly #used: Uint8Array;
  #filled = 0;
  #hand = 0;

  /** @param capacity addressable bytes of the drive */
  constructor({ bytes, segmentBytes, mappedBytes }: MappingCacheOptions, capacity: number) {
    const places = Math.floor(bytes / segmentBytes);
    if (!(places >= 1)) {
      throw new RangeError(
        `mapping cache of ${bytes} B: at least one segment of ${segmentBytes} B is needed`,
      );
    }
    this.segmentBytes = segmentBytes;
    this.#mappedBytes = mappedBytes;
    this.#placeOf = new Int32Array(Math.ceil(capacity / mappedBytes));
    this.#segmentAt = new Int32Array(places);
    this.#used = new Uint8Array(places);
  }

  firstSegment(offset: number): number {
    return Math.floor(offset / this.#mappedBytes);
  }

  /** Looks a segment up and takes it in. @returns whether it was there */
  access(segment: number): boolean {
    const place = this.#placeOf[segment] - 1;
    if (place >= 0) {
      this.hits++;
      this.#used[place] = 1;
      return true;
    }
    this.misses++;
    const free = this.#filled < this.#segmentAt.length ? this.#filled++ : this.#evict();
    this.#segmentAt[free] = segment;
    this.#placeOf[segment] = free + 1;
    return false;
  }

  /** @returns the place that is free now */
  #evict(): number {
    const places = this.#segmentAt.length;
    for (; this.#used[this.#hand] === 1; this.#hand = (this.#hand + 1) % places) this.#used[this.#hand] = 0;
    const place = this.#hand;
    this.#hand = (place + 1) % places;
    this.#placeOf[this.#segmentAt[place]] = ABSENT;
    return place;
  }
}
