/**
 * Requests in flight by device and sector: an open-addressing hash table on typed arrays (linear probing, backward-shift
 * deletion; Knuth, The Art of Computer Programming 3, section 6.4, algorithm R).
 *
 * Its size follows the requests in flight, not the length of the trace. Of several entries with one key the newest is
 * taken: completions that a tool lost leave stale entries, and the newest is then the right one.
 */
const SECTORS = 2 ** 44;

export class Outstanding {
  #keys = new Float64Array(64);
  #rows = new Int32Array(64).fill(-1);
  #mask = 63;
  size = 0;

  insert(device: number, sector: number, row: number): void {
    if (this.size * 2 > this.#mask) this.#grow();
    this.#place(device * SECTORS + sector, row);
    this.size++;
  }

  /** Removes and returns the newest row of a key, or -1. */
  take(device: number, sector: number): number {
    const key = device * SECTORS + sector;
    let found = -1;
    for (let slot = this.#home(key); this.#rows[slot] >= 0; slot = (slot + 1) & this.#mask) {
      if (this.#keys[slot] === key) found = slot;
    }
    if (found < 0) return -1;
    const row = this.#rows[found];
    this.#delete(found);
    this.size--;
    return row;
  }

  #home(key: number): number {
    const mixed = Math.imul(key >>> 0, 0x9e3779b1) ^ Math.imul((key / 4294967296) >>> 0, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }

  #place(key: number, row: number): void {
    let slot = this.#home(key);
    while (this.#rows[slot] >= 0) slot = (slot + 1) & this.#mask;
    this.#keys[slot] = key;
    this.#rows[slot] = row;
  }

  #delete(hole: number): void {
    const mask = this.#mask;
    for (let slot = (hole + 1) & mask; this.#rows[slot] >= 0; slot = (slot + 1) & mask) {
      // An entry may move back into the hole only if its home is not between the hole and itself.
      if (((slot - this.#home(this.#keys[slot])) & mask) < ((slot - hole) & mask)) continue;
      this.#keys[hole] = this.#keys[slot];
      this.#rows[hole] = this.#rows[slot];
      hole = slot;
    }
    this.#rows[hole] = -1;
  }

  #grow(): void {
    const keys = this.#keys;
    const rows = this.#rows;
    this.#mask = keys.length * 2 - 1;
    this.#keys = new Float64Array(keys.length * 2);
    this.#rows = new Int32Array(keys.length * 2).fill(-1);
    // Start behind an empty slot: entries of one key then keep their order, oldest first.
    let start = 0;
    while (rows[start] >= 0) start++;
    for (let i = 1; i <= keys.length; i++) {
      const slot = (start + i) & (keys.length - 1);
      if (rows[slot] >= 0) this.#place(keys[slot], rows[slot]);
    }
  }
}
