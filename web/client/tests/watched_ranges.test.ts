import { describe, expect, it } from 'vitest';

import { WatchedRanges } from '../watched_ranges';

// Plays from `from` to `to` in steps of a quarter of a second, at `rate`.
function play(ranges: WatchedRanges, from: number, to: number, clock: { now: number }, rate = 1): void {
  for (let position = from; position <= to; position += 250 * rate) {
    ranges.sample(position, clock.now, rate);
    clock.now += 250;
  }
}

describe('WatchedRanges', () => {
  it('notes one range for what was played in one go', () => {
    const ranges = new WatchedRanges();
    play(ranges, 1_000, 5_000, { now: 0 });

    expect(ranges.take()).toEqual([[1_000, 5_000]]);
  });

  it('notes a jump forward as two ranges, without what lies between', () => {
    const ranges = new WatchedRanges();
    const clock = { now: 0 };
    play(ranges, 0, 2_000, clock);
    play(ranges, 60_000, 61_000, clock);

    expect(ranges.take()).toEqual([[0, 2_000], [60_000, 61_000]]);
  });

  it('keeps the order of watching, so that the last end is where the viewer is', () => {
    const ranges = new WatchedRanges();
    const clock = { now: 0 };
    play(ranges, 30_000, 32_000, clock);
    play(ranges, 5_000, 6_000, clock);

    expect(ranges.take()).toEqual([[30_000, 32_000], [5_000, 6_000]]);
  });

  it('goes on without a gap after it was read', () => {
    const ranges = new WatchedRanges();
    const clock = { now: 0 };
    play(ranges, 0, 2_000, clock);
    ranges.take();
    play(ranges, 2_250, 4_000, clock);

    expect(ranges.take()).toEqual([[2_000, 4_000]]);
  });

  it('takes the playing rate into account', () => {
    const ranges = new WatchedRanges();
    ranges.sample(0, 0, 2);
    ranges.sample(10_000, 5_000, 2);

    expect(ranges.take()).toEqual([[0, 10_000]]);
  });

  it('notes nothing while the picture stands still', () => {
    const ranges = new WatchedRanges();
    ranges.sample(7_000, 0);
    ranges.sample(7_000, 9_000);
    ranges.interrupt();

    expect(ranges.take()).toEqual([]);
  });
});
