/**
 * A random order of n blocks without a table: a Feistel network of four rounds over the smallest even number of bits that
 * holds n, walked until it lands below n (M. Luby and C. Rackoff, SIAM J. Comput. 17(2), 1988; J. Black and P. Rogaway,
 * CT-RSA 2002, cycle walking). fio's random map does the same with a bitmap: every block once before any twice.
 */
export class Permutation {
  readonly #size: number;
  readonly #half: number;
  readonly #keys: number[];

  constructor(size: number, random: () => number) {
    this.#size = size;
    this.#half = 2 ** Math.max(1, Math.ceil(Math.ceil(Math.log2(Math.max(2, size))) / 2));
    this.#keys = Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32));
  }

  /** The block at this place of the order, 0 to size - 1. */
  at(place: number): number {
    let value = place;
    do {
      let left = Math.floor(value / this.#half);
      let right = value - left * this.#half;
      for (const key of this.#keys) {
        const next = (left + round(right, key)) % this.#half;
        left = right;
        right = next;
      }
      value = left * this.#half + right;
    } while (value >= this.#size);
    return value;
  }
}

function round(value: number, key: number): number {
  let h = Math.imul(value ^ key, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
