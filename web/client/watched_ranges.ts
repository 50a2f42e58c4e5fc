import type { RangeMs } from './wire';

// More than this between two samples, beyond what the clock explains, is a jump and not watching.
const kToleranceMs = 1_500;

// Notes which parts of a lesson were really played, in the order they were: the end of the last
// range is where the viewer is.
export class WatchedRanges {
  private ranges: RangeMs[] = [];
  private open: RangeMs | null = null;
  private sampledAt = 0;

  // The picture stands at `positionMs` and is playing; called a few times a second.
  sample(positionMs: number, nowMs: number, rate = 1): void {
    const position = Math.max(0, Math.round(positionMs));
    if (this.open) {
      const step = position - this.open[1];
      const explained = Math.max(0, nowMs - this.sampledAt) * rate + kToleranceMs;
      if (step >= 0 && step <= explained) {
        this.open[1] = position;
        this.sampledAt = nowMs;
        return;
      }
      this.interrupt();
    }
    this.open = [position, position];
    this.sampledAt = nowMs;
  }

  // Playing stopped or jumped: what comes next is another range.
  interrupt(): void {
    if (this.open && this.open[1] > this.open[0]) this.ranges.push(this.open);
    this.open = null;
  }

  // Hands out what was noted since the last call; watching goes on where it is.
  take(): RangeMs[] {
    const position = this.open?.[1];
    this.interrupt();
    const taken = this.ranges;
    this.ranges = [];
    if (position !== undefined) this.open = [position, position];
    return taken;
  }
}
