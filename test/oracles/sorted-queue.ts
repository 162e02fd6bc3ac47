/**
 * Oracle of the event queue: an array sorted by (time, order of insertion), searched from end to end.
 */
export interface QueuedEvent {
  time: number;
  order: number;
  id: number;
  a: number;
}

export class SortedQueue {
  private events: QueuedEvent[] = [];
  private inserted = 0;

  get pending(): number {
    return this.events.length;
  }

  insert(time: number, id: number, a: number, order = this.inserted++): void {
    this.events.push({ time, order, id, a });
    this.events.sort((x, y) => x.time - y.time || x.order - y.order);
  }

  reserveOrder(): number {
    return this.inserted++;
  }

  cancel(id: number): boolean {
    const place = this.events.findIndex((event) => event.id === id);
    if (place >= 0) this.events.splice(place, 1);
    return place >= 0;
  }

  next(until: number): QueuedEvent | undefined {
    return this.events.length > 0 && this.events[0].time <= until ? this.events.shift() : undefined;
  }
}
