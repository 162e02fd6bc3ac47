/**
 * The peer of the event queue: a bare 4-ary heap of (time, sequence) with one payload, and nothing else — no handlers, no
 * cancellation, no checks, no clock. What it can do is what a heap in JavaScript can do.
 */
export class ReferenceHeap {
  size = 0;
  private times: Float64Array;
  readonly sequences: Float64Array;
  private payloads: Int32Array;
  private sequence = 0;

  constructor(capacity: number) {
    this.times = new Float64Array(capacity);
    this.sequences = new Float64Array(capacity);
    this.payloads = new Int32Array(capacity);
  }

  get time(): number {
    return this.times[0];
  }

  get payload(): number {
    return this.payloads[0];
  }

  push(time: number, payload: number): void {
    const { times, sequences, payloads } = this;
    const sequence = this.sequence++;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if (times[parent] < time || (times[parent] === time && sequences[parent] < sequence)) break;
      times[i] = times[parent];
      sequences[i] = sequences[parent];
      payloads[i] = payloads[parent];
      i = parent;
    }
    times[i] = time;
    sequences[i] = sequence;
    payloads[i] = payload;
  }

  /** Takes the first out and puts another in. */
  replace(time: number, payload: number): void {
    this.down(time, this.sequence++, payload);
  }

  private down(time: number, sequence: number, payload: number): void {
    const { times, sequences, payloads, size } = this;
    let i = 0;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let leastTime = times[first];
      for (let child = first + 1; child < end; child++) {
        const t = times[child];
        if (t < leastTime || (t === leastTime && sequences[child] < sequences[least])) {
          least = child;
          leastTime = t;
        }
      }
      if (time < leastTime || (time === leastTime && sequence < sequences[least])) break;
      times[i] = leastTime;
      sequences[i] = sequences[least];
      payloads[i] = payloads[least];
      i = least;
    }
    times[i] = time;
    sequences[i] = sequence;
    payloads[i] = payload;
  }
}
