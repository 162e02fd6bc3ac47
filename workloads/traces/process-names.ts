/**
 * Process names by pid: block traces repeat the name on every line, so it is read once a pid.
 */
import { textOf } from './line-feed.ts';
import type { NameTable } from './name-table.ts';

export class ProcessNames {
  readonly #sources: NameTable;
  readonly #byPid = new Map<number, number>();

  constructor(sources: NameTable) {
    this.#sources = sources;
  }

  /** Names a pid (a notify record, a first sight). */
  set(pid: number, name: string): number {
    const source = this.#sources.indexOf(name);
    this.#byPid.set(pid, source);
    return source;
  }

  /** Index of the pid's name; the bytes [start, end) are read on first sight, without their brackets. */
  of(pid: number, bytes: Uint8Array, start: number, end: number): number {
    return (
      this.#byPid.get(pid) ??
      this.set(
        pid,
        textOf(bytes, start, end)
          .trim()
          .replace(/^\[(.*)\]$/, '$1'),
      )
    );
  }

  /** Index of a name given before, else of the empty name. */
  known(pid: number): number {
    return this.#byPid.get(pid) ?? this.#sources.indexOf('');
  }
}
