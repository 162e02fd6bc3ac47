/** What became of the requests of a run's cache. A hit is resident and complete when asked for; a join waits for a prefetch. */
export const MISS = 0;
export const HIT = 1;
export const JOIN = 2;
export type Outcome = typeof MISS | typeof HIT | typeof JOIN;

export class CacheCounts {
  requests = 0;
  hits = 0;
  joined = 0;
  misses = 0;
  bytesHit = 0;
  bytesJoined = 0;
  bytesMissed = 0;

  record(outcome: Outcome, bytes: number): void {
    this.requests++;
    if (outcome === HIT) {
      this.hits++;
      this.bytesHit += bytes;
    } else if (outcome === JOIN) {
      this.joined++;
      this.bytesJoined += bytes;
    } else {
      this.misses++;
      this.bytesMissed += bytes;
    }
  }
}
