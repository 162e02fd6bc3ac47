/**
 * A slow page cache that keeps every page as an object and its lists as arrays of folios, oldest first: the rules of
 * mm/vmscan.c, mm/workingset.c and mm/readahead.c (Linux 6.18) written down a second time, for comparison.
 */
export interface SlowFolio {
  start: number;
  pages: number;
  referenced: boolean;
  workingset: boolean;
}
interface Page {
  folio: SlowFolio;
  reading: boolean;
  marked: boolean;
  mapped: boolean;
  young: boolean;
}

export class SlowPageCache {
  pages = new Map<number, Page>();
  inactive: SlowFolio[] = [];
  active: SlowFolio[] = [];
  shadows = new Map<number, { age: number; workingset: boolean }>();
  age = 0;
  refaults = 0;
  refaultsSeen = 0;
  evictions = 0;
  reads: [number, number][] = [];
  previous = -Infinity;
  ra = { start: 0, size: 0, async: 0, order: 0, misses: 0 };
  limit: number;
  window: number;
  end: number;
  advice: 'normal' | 'random' | 'sequential' = 'normal';

  constructor(limit: number, end: number, window: number) {
    this.limit = limit;
    this.end = end;
    this.window = window;
  }

  size = (list: SlowFolio[]) => list.reduce((sum, folio) => sum + folio.pages, 0);
  numbers = (folio: SlowFolio) => Array.from({ length: folio.pages }, (_, i) => folio.start + i);

  /** -1 absent, 0 inactive, 1 active. */
  listOf(number: number): number {
    const folio = this.pages.get(number)?.folio;
    return folio ? Number(this.active.includes(folio)) : -1;
  }

  /** One touch of a page; reads complete at once. */
  touch(number: number): 'mapped' | 'minor' | 'major' {
    if (this.pages.get(number)?.mapped) {
      this.pages.get(number)!.young = true;
      return 'mapped';
    }
    this.faultAround(number);
    if (this.pages.get(number)?.mapped) return 'minor';
    const page = this.pages.get(number);
    if (!page) {
      this.miss(number);
      for (const p of this.pages.values()) p.reading = false;
      this.faultAround(number);
      return 'major';
    }
    if (this.advice !== 'random') {
      this.ra.misses = Math.max(0, this.ra.misses - 1);
      if (page.marked) this.marked(number, page.folio);
    }
    for (const p of this.pages.values()) p.reading = false;
    this.faultAround(number);
    return 'minor';
  }

  /** read(2) of `count` pages, in calls of at most `call`; reads of the device complete at once. */
  readPages(from: number, count: number, call: number) {
    const end = Math.min(this.end, from + count);
    for (let at = from; at < end; at += call) this.call(at, Math.min(end, at + call));
  }

  call(from: number, end: number) {
    for (let at = from; at < end; ) {
      for (const page of this.pages.values()) page.reading = false;
      if (!this.pages.has(at)) {
        this.syncMiss(at, end - at);
        continue;
      }
      const batch: SlowFolio[] = [];
      let to = at;
      while (batch.length < 31 && to < end && this.pages.has(to) && !this.pages.get(to)!.marked) {
        const { folio } = this.pages.get(to)!;
        batch.push(folio);
        to = Math.min(end, folio.start + folio.pages);
      }
      if (batch.length < 31 && to < end && this.pages.get(to)?.marked) {
        this.marked(to, this.pages.get(to)!.folio, end - to);
        continue;
      }
      for (const folio of batch) this.accessed(folio);
      at = to;
    }
    this.previous = end;
  }

  accessed(folio: SlowFolio) {
    if (!folio.referenced) folio.referenced = true;
    else if (this.inactive.includes(folio)) {
      this.inactive.splice(this.inactive.indexOf(folio), 1);
      this.active.push(folio);
      folio.referenced = false;
      this.age += folio.pages;
    }
  }

  syncMiss(number: number, count: number) {
    const { ra, window: max } = this;
    if (number === 0 || count > max || number === this.previous || number === this.previous + 1) {
      let size = 1;
      while (size < count) size *= 2;
      size = size <= max / 32 ? size * 4 : size <= max / 4 ? size * 2 : max;
      Object.assign(ra, { start: number, size, async: size > count ? size - count : Math.floor(size / 2) });
    } else {
      let first = number;
      while (first > 0 && number - first < max && this.pages.has(first - 1)) first--;
      const cached = number - first;
      if (cached <= count) return this.singles(number, number + count, -1);
      Object.assign(ra, {
        start: number,
        size: Math.min(max, cached * (first === 0 ? 2 : 1) + count),
        async: 1,
      });
    }
    ra.order = 0;
    this.addWindow();
  }

  faultAround(number: number) {
    const first = number - (number % 16);
    for (let n = first; n < first + 16; n++) {
      const page = this.pages.get(n);
      if (!page || page.mapped || page.marked) continue;
      const folio = this.numbers(page.folio).map((m) => this.pages.get(m)!);
      if (folio.some(({ reading }) => reading)) continue;
      for (const part of folio) {
        if (part.mapped) continue;
        part.mapped = true;
        part.young = true;
        if (!page.folio.workingset) this.ra.misses = Math.max(0, this.ra.misses - 1);
      }
    }
  }

  miss(number: number) {
    const { ra } = this;
    if (this.advice === 'random') return this.singles(number, number + 1, -1);
    if (this.advice === 'sequential') {
      Object.assign(ra, { start: number, size: this.window, async: Math.floor(this.window / 2), order: 0 });
      return this.addWindow();
    }
    ra.misses = Math.min(1000, ra.misses + 1);
    if (ra.misses > 100) return this.singles(number, number + 1, -1);
    const start = Math.max(0, number - Math.floor(this.window / 2));
    Object.assign(ra, { start, size: this.window, async: Math.floor(this.window / 4), order: 0 });
    this.addWindow();
  }

  marked(number: number, folio: SlowFolio, count = this.window) {
    const { ra, window: max } = this;
    for (const n of this.numbers(folio)) this.pages.get(n)!.marked = false;
    const place = ra.start + ra.size - ra.async;
    if (number === place - (place % folio.pages)) {
      ra.start += ra.size;
      ra.size = Math.max(ra.size, next(ra.size, max));
    } else {
      const start = this.nextMiss(number + 1, max);
      if (start > number + max) return;
      ra.start = start;
      ra.size = next(start - number + count, max);
    }
    ra.order += 2;
    let power = 1;
    while (max % (power * 2) === 0) power *= 2;
    const align = Math.min(2 ** ra.order, power);
    const stop = ra.start + ra.size;
    if (stop - (stop % align) > ra.start) ra.size -= stop % align;
    ra.async = ra.size;
    this.addWindow();
  }

  /** page_cache_next_miss over slots: of nodes of 64, an index that may run ahead of the slot it looks at. */
  nextMiss(from: number, most: number): number {
    let slot = from;
    const folio = this.pages.get(from)?.folio;
    if (folio && folio.pages < 64) slot = folio.start;
    for (let index = from; index < from + most; index++) {
      if (!this.pages.has(slot)) return index;
      slot = slot % 64 === 63 ? index + 1 : slot + 1;
    }
    return from + most;
  }

  addWindow() {
    const { ra } = this;
    const stop = Math.min(this.end, ra.start + ra.size);
    const mark = ra.start + ra.size - ra.async;
    while (2 ** ra.order > ra.size || ra.order > 9) ra.order--;
    let at = ra.start;
    while (at < stop) {
      let pages = 2 ** ra.order;
      while (at % pages !== 0 || at + pages > stop) pages /= 2;
      if (Array.from({ length: pages }, (_, i) => this.pages.has(at + i)).includes(true)) break;
      this.add(at, pages, at === mark - (mark % pages));
      at += pages;
    }
    this.singles(at, stop, mark);
  }

  singles(from: number, to: number, mark: number) {
    for (let n = from; n < Math.min(to, this.end); n++) if (!this.pages.has(n)) this.add(n, 1, n === mark);
  }

  add(start: number, pages: number, marked: boolean) {
    let free = this.limit - this.pages.size;
    for (let round = 0; free < pages; round++) {
      if (round === 16) throw new Error('out of memory');
      this.reclaim(Math.max(32, pages - free));
      free = this.limit - this.pages.size;
    }
    const folio = { start, pages, referenced: false, workingset: false };
    const left = this.numbers(folio).flatMap((n) => this.shadows.get(n) ?? []);
    for (const n of this.numbers(folio)) this.shadows.delete(n);
    const shadow = left.findLast(({ age }) => age === Math.max(...left.map((other) => other.age)));
    if (shadow && this.age - shadow.age <= this.size(this.active)) {
      folio.workingset = shadow.workingset;
      this.age += pages;
      this.refaults += pages;
      this.active.push(folio);
    } else this.inactive.push(folio);
    for (const n of this.numbers(folio))
      this.pages.set(n, { folio, reading: true, marked, mapped: false, young: false });
    this.reads.push([start, pages]);
  }

  reclaim(target: number) {
    const before = this.evictions;
    for (let priority = 12; priority >= 0 && this.evictions - before < target; priority--) {
      const [inactive, active] = [this.size(this.inactive), this.size(this.active)];
      const gib = Math.floor((inactive + active) / 262144);
      const ratio = gib > 0 ? Math.floor(Math.sqrt(10 * gib)) : 1;
      const deactivate = this.refaults !== this.refaultsSeen || inactive * ratio < active;
      const share = 2 ** priority;
      const left = [Math.floor(inactive / share), deactivate ? Math.floor(active / share) : 0];
      while ((left[0] > 0 || left[1] > 0) && this.evictions - before < target) {
        this.scanInactive(Math.min(32, left[0], this.size(this.inactive)));
        left[0] -= 32;
        this.scanActive(Math.min(32, left[1], this.size(this.active)));
        left[1] -= 32;
      }
    }
    this.refaultsSeen = this.refaults;
  }

  scanInactive(pages: number) {
    while (pages > 0) {
      const folio = this.inactive.shift()!;
      pages -= folio.pages;
      const numbers = this.numbers(folio).map((n) => this.pages.get(n)!);
      if (numbers.some(({ reading }) => reading)) {
        this.inactive.push(folio);
        continue;
      }
      const young = this.advice === 'normal' ? numbers.filter((page) => page.young).length : 0;
      if (young === 0) {
        for (const n of this.numbers(folio)) {
          this.pages.delete(n);
          this.shadows.set(n, { age: this.age, workingset: folio.workingset });
        }
        this.age += folio.pages;
        this.evictions += folio.pages;
        continue;
      }
      for (const page of numbers) page.young = false;
      (young > 1 || folio.referenced ? this.active : this.inactive).push(folio);
      folio.referenced = true;
    }
  }

  scanActive(pages: number) {
    while (pages > 0) {
      const folio = this.active.shift()!;
      pages -= folio.pages;
      for (const n of this.numbers(folio)) this.pages.get(n)!.young = false;
      folio.workingset = true;
      this.inactive.push(folio);
    }
  }
}

function next(size: number, max: number): number {
  if (size < max / 16) return size * 4;
  return size <= max / 2 ? size * 2 : max;
}
