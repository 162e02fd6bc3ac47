/** A binary heap of doubles, largest first, that grows. Keys are packed by the caller, so that they never tie. */
export class MaxHeap {
  keys = new Float64Array(64);
  size = 0;

  push(key: number): void {
    if (this.size === this.keys.length) this.grow();
    const keys = this.keys;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent] >= key) break;
      keys[at] = keys[parent];
      at = parent;
    }
    keys[at] = key;
  }

  /** The largest key, removed. The heap must not be empty. */
  pop(): number {
    if (this.size === 0) throw new RangeError('pop of an empty heap');
    const top = this.keys[0];
    const last = this.keys[--this.size];
    if (this.size > 0) this.sink(0, last);
    return top;
  }

  heapify(): void {
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.sink(at, this.keys[at]);
  }

  private sink(at: number, key: number): void {
    const { keys, size } = this;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1] > keys[child]) child++;
      if (keys[child] <= key) break;
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.keys.length);
    larger.set(this.keys);
    this.keys = larger;
  }
}
