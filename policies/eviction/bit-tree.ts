/**
 * A set of whole numbers below a bound that finds its largest in a few steps: one bit a number, and above each 32 bits
 * one that says whether any of them is set (a van Emde Boas tree of fixed fan-out).
 */
export class BitTree {
  private readonly words: Int32Array;
  /** Where each level starts in `words`; level 0 holds the numbers themselves. */
  private readonly start: Int32Array;

  constructor(bound: number) {
    const start: number[] = [];
    let total = 0;
    for (let size = bound; ; ) {
      size = Math.ceil(size / 32);
      start.push(total);
      total += Math.max(1, size);
      if (size <= 1) break;
    }
    this.start = Int32Array.from(start);
    this.words = new Int32Array(total);
  }

  add(key: number): void {
    const words = this.words;
    const start = this.start;
    for (let level = 0; level < start.length; level++) {
      const at = start[level] + (key >>> 5);
      const before = words[at];
      words[at] = before | (1 << (key & 31));
      if (before !== 0) return;
      key >>>= 5;
    }
  }

  delete(key: number): void {
    const words = this.words;
    const start = this.start;
    for (let level = 0; level < start.length; level++) {
      const at = start[level] + (key >>> 5);
      words[at] &= ~(1 << (key & 31));
      if (words[at] !== 0) return;
      key >>>= 5;
    }
  }

  /** The largest number. The set must not be empty. */
  max(): number {
    return this.largestUnder(this.start.length, 0);
  }

  /** The largest number below `key`, or -1. */
  below(key: number): number {
    const words = this.words;
    const start = this.start;
    for (let level = 0; level < start.length; level++) {
      const lower = words[start[level] + (key >>> 5)] & ((1 << (key & 31)) - 1);
      if (lower !== 0) return this.largestUnder(level, (key & ~31) | (31 - Math.clz32(lower)));
      key >>>= 5;
    }
    return -1;
  }

  /** The largest number under bit `key` of `level`. */
  private largestUnder(level: number, key: number): number {
    const words = this.words;
    const start = this.start;
    for (let l = level - 1; l >= 0; l--) key = (key << 5) | (31 - Math.clz32(words[start[l] + key]));
    return key;
  }
}
