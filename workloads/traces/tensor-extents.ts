/**
 * Which tensor, and which expert's slice of it, lies at an offset of a model file. An expert tensor (`*_exps`) holds its
 * experts one after another in equal slices: expert e begins at offset + e x bytes / experts (GGUF, 3-D tensors).
 */

/** A tensor in the file; `experts` > 1 for tensors that hold one slice per expert. */
export interface TensorExtent {
  name: string;
  offset: number;
  bytes: number;
  experts: number;
}

/** A piece of the file with a name: a whole tensor (expert -1) or one expert's slice of it. */
export interface Slice {
  tensor: string;
  expert: number;
  start: number;
  end: number;
}

export class TensorMap {
  /** In order of offset. */
  readonly slices: readonly Slice[];
  readonly #starts: Float64Array;

  /** Throws RangeError where two tensors overlap. */
  constructor(tensors: readonly TensorExtent[]) {
    this.slices = tensors.flatMap(slicesOf).sort((a, b) => a.start - b.start);
    this.#starts = Float64Array.from(this.slices, (slice) => slice.start);
    for (let i = 1; i < this.slices.length; i++) {
      const [before, slice] = [this.slices[i - 1], this.slices[i]];
      if (slice.start < before.end)
        throw new RangeError(
          `tensors ${before.tensor} and ${slice.tensor} overlap at byte ${slice.start} of the file`,
        );
    }
  }

  /** Index of the slice that holds the byte at an offset, or -1 (header, padding). */
  at(offset: number): number {
    const index = this.#before(offset);
    return index >= 0 && offset < this.slices[index].end ? index : -1;
  }

  /** Tensor and expert (-1 = not an expert's) at an offset, or undefined. */
  nameOf(offset: number): { tensor: string; expert: number } | undefined {
    const index = this.at(offset);
    if (index < 0) return undefined;
    const { tensor, expert } = this.slices[index];
    return { tensor, expert };
  }

  /** Calls `visit` with every slice that [offset, offset + bytes) touches and how many of its bytes; -1 = none. */
  pieces(offset: number, bytes: number, visit: (slice: number, bytes: number) => void): void {
    const end = offset + bytes;
    let at = offset;
    for (let index = Math.max(0, this.#before(offset)); index < this.slices.length && at < end; index++) {
      const { start, end: sliceEnd } = this.slices[index];
      if (sliceEnd <= at) continue;
      if (start > at) visit(-1, Math.min(start, end) - at);
      const from = Math.max(start, at);
      const to = Math.min(sliceEnd, end);
      if (to > from) visit(index, to - from);
      at = Math.max(at, Math.min(Math.max(start, sliceEnd), end));
    }
    if (at < end) visit(-1, end - at);
  }

  /** The last slice that begins at or before the offset, or -1. */
  #before(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle] <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function slicesOf({ name, offset, bytes, experts }: TensorExtent): Slice[] {
  if (!(experts > 1)) return [{ tensor: name, expert: -1, start: offset, end: offset + bytes }];
  const slice = bytes / experts;
  return Array.from({ length: experts }, (_, expert) => ({
    tensor: name,
    expert,
    start: offset + expert * slice,
    end: offset + (expert + 1) * slice,
  }));
}
