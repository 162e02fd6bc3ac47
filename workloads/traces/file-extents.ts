/**
 * Where a file lies on its device: the extent table of `filefrag -v FILE` (FIEMAP, in file system blocks) or of
 * `xfs_io -c 'fiemap -v' FILE` (512-byte blocks). Block traces hold device addresses; without this table a sequential
 * read of a file in many extents looks like seeks.
 */
import { TraceError } from './trace-error.ts';

export interface FileExtent {
  /** Bytes from the beginning of the file. */
  file: number;
  /** Bytes from the beginning of the file system's device. */
  device: number;
  bytes: number;
}

const FILEFRAG = /^\s*\d+:\s*(\d+)\.\.\s*(\d+):\s*(\d+)\.\.\s*(\d+):\s*(\d+):/;
const XFS_IO = /^\s*\d+:\s*\[(\d+)\.\.(\d+)\]:\s+(?:(\d+)\.\.(\d+)|hole)/;
const BLOCK_SIZE = /blocks? of (\d+) bytes/;
const XFS_BLOCK = 512;

/** Extents in order of device address. */
export function parseExtents(text: string): FileExtent[] {
  const block = Number(BLOCK_SIZE.exec(text)?.[1] ?? 4096);
  const extents: FileExtent[] = [];
  for (const line of text.split('\n')) {
    const filefrag = FILEFRAG.exec(line);
    const xfs = filefrag ? null : XFS_IO.exec(line);
    const match = filefrag ?? xfs;
    if (!match || match[3] === undefined) continue;
    const [first, last, physical] = match.slice(1, 4).map(Number);
    const size = filefrag ? block : XFS_BLOCK;
    extents.push({ file: first * size, device: physical * size, bytes: (last - first + 1) * size });
  }
  if (extents.length === 0)
    throw new TraceError(
      'a table of extents',
      'line 1',
      text.split('\n', 1)[0],
      'the output of filefrag -v FILE, or of xfs_io -c "fiemap -v" FILE',
    );
  return extents.sort((a, b) => a.device - b.device);
}

export class FileMap {
  readonly #extents: readonly FileExtent[];
  readonly #partition: number;

  /** @param partition byte at which the file system's partition begins, where the trace is of the whole device */
  constructor(extents: readonly FileExtent[], partition = 0) {
    this.#extents = extents;
    this.#partition = partition;
  }

  /** Offset in the file of a byte on the device, or NaN where another file or free space lies. */
  fileOffset(deviceOffset: number): number {
    const at = deviceOffset - this.#partition;
    let low = 0;
    let high = this.#extents.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#extents[middle].device <= at) low = middle + 1;
      else high = middle;
    }
    const extent = this.#extents[low - 1];
    return extent !== undefined && at < extent.device + extent.bytes ? extent.file + at - extent.device : NaN;
  }
}
