/**
 * Where what is kept of a table lies: the 512 pages (2 MiB) that a page-table page of x86-64 maps. Places are given out
 * from 0 on and used again, so that arrays by place grow with the tables that exist; the index itself takes 4 B for each
 * 2 MiB up to the highest page.
 */
import { grown } from '../../../sim/grown.ts';

/** 2^9 pages a table. */
export const TABLE_SHIFT = 9;

export class TableIndex {
  /** Tables that exist. */
  size = 0;
  /** By table: its place + 1; 0: it does not exist. */
  #places = new Int32Array(64);
  readonly #free: number[] = [];

  /** Of a table, -1 if it does not exist. */
  placeOf(table: number): number {
    return table < this.#places.length ? this.#places[table] - 1 : -1;
  }

  /** A place for a table that does not exist. */
  add(table: number): number {
    if (table >= this.#places.length)
      this.#places = grown(this.#places, Math.max(table + 1, 2 * this.#places.length));
    const place = this.#free.pop() ?? this.size;
    this.#places[table] = place + 1;
    this.size++;
    return place;
  }

  /** Its place is free. */
  remove(table: number): void {
    this.#free.push(this.placeOf(table));
    this.#places[table] = 0;
    this.size--;
  }
}
