/**
 * Names (devices, processes, files) as small integers, so that a column holds two bytes a row instead of a string.
 */

/** Rows of a column are 16 bits wide: names past this limit share the last index. */
const LIMIT = 65535;

export class NameTable {
  readonly names: string[] = [];
  readonly #index = new Map<string, number>();

  /** Index of a name, given on first sight; from the 65,535th on every new name shares one index, `(others)`. */
  indexOf(name: string): number {
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    if (this.names.length >= LIMIT) {
      if (this.names.length === LIMIT) this.names.push('(others)');
      return LIMIT;
    }
    this.#index.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  nameOf(index: number): string {
    return this.names[index] ?? '';
  }
}
