/** A GGUF file on disk, opened for each read: a split model of a hundred parts holds no descriptor open. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { GgufFile } from './gguf-cursor.ts';

/** Throws the system's error where the file cannot be opened. */
export function ggufOnDisk(path: string): GgufFile {
  return {
    name: path,
    bytes: statSync(path).size,
    read(offset, length) {
      const descriptor = openSync(path, 'r');
      try {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
      } finally {
        closeSync(descriptor);
      }
    },
  };
}
