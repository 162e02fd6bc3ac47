/** The residents as a dense array with O(1) insertion, removal and uniform sampling (removal swaps in the last). */
export class ResidentArray {
  readonly ids: Uint32Array;
  count = 0;
  private readonly place: Uint32Array;

  constructor(objects: number) {
    this.ids = new Uint32Array(objects);
    this.place = new Uint32Array(objects);
  }

  add(id: number): void {
    this.place[id] = this.count;
    this.ids[this.count++] = id;
  }

  delete(id: number): void {
    const last = this.ids[--this.count];
    this.ids[this.place[id]] = last;
    this.place[last] = this.place[id];
  }
}
