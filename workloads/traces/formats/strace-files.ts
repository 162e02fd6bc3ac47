/**
 * The file descriptors of a traced program: names and positions, followed through open, lseek, dup and close.
 * Threads share descriptors; a forked process would have its own table, which is not followed.
 */
export interface OpenFile {
  name: string;
  /** Bytes from the beginning; NaN where the file was opened before the trace. */
  position: number;
}

const STANDARD_STREAMS = 2;
const SEEK_TO = /, (\d+), SEEK_SET/;
const FIRST = /^\s*(\d+)(?:<([^>]*)>)?/;

export class OpenFiles {
  readonly #files = new Map<number, OpenFile>();

  /** The file of a call's first argument (`4`, or with strace -y `4</data/f>`); undefined for standard streams. */
  of(parameters: string): OpenFile | undefined {
    const match = FIRST.exec(parameters);
    if (!match) return undefined;
    const descriptor = Number(match[1]);
    let file = this.#files.get(descriptor);
    if (file === undefined) {
      if (descriptor <= STANDARD_STREAMS && match[2] === undefined) return undefined;
      file = { name: match[2] ?? `descriptor ${descriptor}`, position: NaN };
      this.#files.set(descriptor, file);
    }
    return file;
  }

  /** Takes note of a call that changes descriptors. */
  follow(name: string, parameters: string, result: number): void {
    const descriptor = Number(FIRST.exec(parameters)?.[1]);
    if (name === 'close') this.#files.delete(descriptor);
    if (!(result >= 0)) return;
    if (/^(open|openat|openat2|creat)$/.test(name)) {
      const path = /"((?:[^"\\]|\\.)*)"/.exec(parameters)?.[1] ?? `descriptor ${result}`;
      this.#files.set(result, { name: path, position: parameters.includes('O_APPEND') ? NaN : 0 });
    } else if (/^dup[23]?$/.test(name)) {
      const file = this.of(parameters);
      if (file !== undefined) this.#files.set(result, file);
    } else if (/^(lseek|_llseek)$/.test(name)) {
      const file = this.of(parameters);
      // lseek returns the new position; _llseek stores it and returns 0.
      if (file !== undefined)
        file.position = name === 'lseek' ? result : Number(SEEK_TO.exec(parameters)?.[1] ?? NaN);
    } else if (/^(pipe2?|socket|accept4?|eventfd2?|epoll_create1?)$/.test(name)) this.#files.delete(result);
  }
}
