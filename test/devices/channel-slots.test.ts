/** Channels booked ahead: a transfer alone is exact, and bookings in order are first in first out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelSlots } from '../../devices/channel-slots.ts';
import { property } from '../property.ts';

const SLOT = 1000;

describe('channel slots', () => {
  it('take a transfer alone exactly, whatever its place in the slots', () => {
    const slots = new ChannelSlots(2, SLOT);
    expect(slots.book(0, 0, 1234, 5678)).toBe(1234 + 5678);
    expect(slots.book(1, 0, 1234, 5678)).toBe(1234 + 5678);
  });

  it('let a transfer that is ready earlier pass one booked before', () => {
    const slots = new ChannelSlots(1, SLOT);
    expect(slots.book(0, 0, 50 * SLOT, 2 * SLOT)).toBe(52 * SLOT);
    expect(slots.book(0, 0, 10 * SLOT, 2 * SLOT)).toBe(12 * SLOT);
    expect(slots.book(0, 0, 50 * SLOT, 2 * SLOT)).toBe(54 * SLOT);
  });

  it('keep what is booked when the ring grows', () => {
    const slots = new ChannelSlots(1, SLOT);
    for (let i = 1; i <= 3000; i++) expect(slots.book(0, 0, 0, SLOT)).toBe(i * SLOT);
  });

  property([
    fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 4000 })), {
      minLength: 1,
      maxLength: 100,
    }),
  ])('in order of readiness are one first-in-first-out server', (transfers) => {
    const slots = new ChannelSlots(1, SLOT);
    let ready = 0;
    let free = 0;
    for (const [gap, time] of transfers) {
      ready += gap;
      free = Math.max(free, ready) + time;
      const end = slots.book(0, ready, ready, time);
      expect(end).toBe(free);
    }
  });
});
