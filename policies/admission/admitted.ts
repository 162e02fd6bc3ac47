/** An eviction policy behind an admission filter: what the filter refuses is read around the cache. */
import type { EvictionPolicy } from '../eviction/policy.ts';
import type { AdmissionFilter } from './filter.ts';

export class Admitted implements EvictionPolicy {
  private readonly inner: EvictionPolicy;
  private readonly filter: AdmissionFilter;

  constructor(inner: EvictionPolicy, filter: AdmissionFilter) {
    this.inner = inner;
    this.filter = filter;
  }

  get capacity(): number {
    return this.inner.capacity;
  }

  get used(): number {
    return this.inner.used;
  }

  get evictions(): number {
    return this.inner.evictions;
  }

  contains(id: number): boolean {
    return this.inner.contains(id);
  }

  access(id: number): boolean {
    if (this.inner.contains(id)) {
      this.hit(id);
      return true;
    }
    this.admit(id);
    return false;
  }

  accessMany(ids: Uint32Array, from: number, to: number): number {
    let hits = 0;
    for (let i = from; i < to; i++) if (this.access(ids[i])) hits++;
    return hits;
  }

  hit(id: number): void {
    this.filter.request(id);
    this.inner.hit(id);
  }

  /** Prefetched objects pass: whoever prefetches has decided already. */
  admit(id: number, prefetched = false): boolean {
    if (!prefetched) {
      this.filter.request(id);
      if (!this.filter.admits(id)) {
        this.inner.skip(id);
        return false;
      }
    }
    return this.inner.admit(id, prefetched);
  }

  skip(id: number): void {
    this.filter.request(id);
    this.inner.skip(id);
  }

  remove(id: number): void {
    this.inner.remove(id);
  }

  protect(id: number): void {
    this.inner.protect(id);
  }

  unprotect(id: number): void {
    this.inner.unprotect(id);
  }
}
