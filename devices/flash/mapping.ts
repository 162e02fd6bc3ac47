/**
 * Where logical pages lie. The plane follows the static allocation order; the page of the block, which decides the page
 * type and which planes can be read together, follows the layout:
 *
 *   sequential   written once, front to back: the n-th stripe lies in page n mod pages of every plane
 *   aged         rewritten at random for long: plane and page are a hash of the address (analytic preconditioning: there
 *                is no table, and reading can never change it)
 *   first-touch  a fresh drive that is read before it was written: the next free page of the plane at the first access,
 *                as MQSim does; the only layout with state, 2 B for each page within reach of one touched
 *
 * The hash is the 32-bit finaliser of MurmurHash3 (A. Appleby, public domain).
 */
import { type AllocationOrder, stripePlanes } from './allocation.ts';
import { type FlashGeometry, planeCount } from './geometry.ts';

export const LAYOUTS = ['sequential', 'aged', 'first-touch'] as const;
export type Layout = (typeof LAYOUTS)[number];

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const UNTOUCHED = 0;

export class FlashMapping {
  /** The location of the page looked up last. */
  plane = 0;
  page = 0;
  readonly #layout: Layout;
  readonly #pages: number;
  readonly #planes: number;
  readonly #stripe: Int32Array;
  /** First touch: page + 1 of each logical page in chunks, and the next free page of each plane. */
  readonly #chunks: (Uint16Array | undefined)[] = [];
  readonly #free: Int32Array;

  constructor(geometry: FlashGeometry, order: AllocationOrder, layout: Layout) {
    this.#layout = layout;
    this.#pages = geometry.pages;
    this.#planes = planeCount(geometry);
    this.#stripe = stripePlanes(order, geometry);
    this.#free = new Int32Array(layout === 'first-touch' ? this.#planes : 0);
  }

  /** Looks a logical page up: sets `plane` and `page`. */
  locate(lpa: number): void {
    const row = Math.floor(lpa / this.#planes);
    const plane = this.#stripe[lpa - row * this.#planes];
    if (this.#layout === 'sequential') {
      this.plane = plane;
      this.page = row % this.#pages;
    } else if (this.#layout === 'first-touch') {
      this.plane = plane;
      this.page = this.#touch(lpa, plane);
    } else {
      const hash = mixed(lpa ^ Math.floor(lpa / 2 ** 32));
      this.plane = hash % this.#planes;
      this.page = Math.floor(hash / this.#planes) % this.#pages;
    }
  }

  #touch(lpa: number, plane: number): number {
    const chunk = Math.floor(lpa / CHUNK);
    let pages = this.#chunks[chunk];
    if (!pages) {
      pages = new Uint16Array(CHUNK);
      this.#chunks[chunk] = pages;
    }
    const place = lpa - chunk * CHUNK;
    if (pages[place] === UNTOUCHED) {
      const free = this.#free[plane];
      pages[place] = free + 1;
      this.#free[plane] = free + 1 === this.#pages ? 0 : free + 1;
    }
    return pages[place] - 1;
  }
}

/** Finaliser of MurmurHash3. */
export function mixed(key: number): number {
  let h = key | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
