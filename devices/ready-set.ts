/**
 * Which of the members of a small set are ready (targets of a channel, submission queues), and the next of them in turn: a
 * bit set searched from the turn, 32 members a word.
 */
export class ReadySet {
  readonly #size: number;
  readonly #words: Int32Array;
  #count = 0;
  #turn = 0;

  constructor(size: number) {
    this.#size = size;
    this.#words = new Int32Array((size + 31) >> 5);
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  has(member: number): boolean {
    return (this.#words[member >> 5] & (1 << (member & 31))) !== 0;
  }

  set(member: number, ready: boolean): void {
    const word = member >> 5;
    const bit = 1 << (member & 31);
    if (((this.#words[word] & bit) !== 0) === ready) return;
    this.#words[word] ^= bit;
    this.#count += ready ? 1 : -1;
  }

  /** The first member from the turn on, cyclically; the turn then stands behind it. The set must not be empty. */
  next(): number {
    let word = this.#turn >> 5;
    let bits = this.#words[word] & (-1 << (this.#turn & 31));
    while (bits === 0) {
      word = word + 1 === this.#words.length ? 0 : word + 1;
      bits = this.#words[word];
    }
    const member = (word << 5) + 31 - Math.clz32(bits & -bits);
    this.#turn = member + 1 === this.#size ? 0 : member + 1;
    return member;
  }
}
