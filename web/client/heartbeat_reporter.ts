import type { HeartbeatQueue } from './heartbeat_queue';
import { ProblemError } from './problem';
import { WatchedRanges } from './watched_ranges';
import type { Heartbeat, HeartbeatOutcome } from './wire';

export interface ReporterOptions {
  send: (items: Heartbeat[], keepalive: boolean) => Promise<HeartbeatOutcome[]>;
  queue: HeartbeatQueue;
  now?: () => number;
  newId?: () => string;
}

const kIntervalMs = 12_000;
const kMostItemsPerBatch = 100;

// Reports what is watched: noted in the queue every 12 s, at a pause, at the end and when the page
// goes away, and sent from there until the server has confirmed it.
export class HeartbeatReporter {
  private readonly ranges = new WatchedRanges();
  private readonly now: () => number;
  private lastNoteAt = 0;
  private isSending = false;

  constructor(
    private readonly lessonId: string,
    private readonly options: ReporterOptions,
  ) {
    this.now = options.now ?? Date.now;
    this.lastNoteAt = this.now();
  }

  // While the picture plays; a few times a second.
  sample(positionMs: number, rate = 1): void {
    this.ranges.sample(positionMs, this.now(), rate);
    if (this.now() - this.lastNoteAt >= kIntervalMs) void this.report();
  }

  // At a jump: what was watched before and after are two ranges.
  interrupt(): void {
    this.ranges.interrupt();
  }

  // At a pause, the end, or (with `keepalive`) when the page goes away.
  async report(keepalive = false): Promise<void> {
    this.note();
    await this.flush(keepalive);
  }

  // Sends what the queue holds. What cannot be sent stays for the next time.
  async flush(keepalive = false): Promise<void> {
    if (this.isSending && !keepalive) return;
    this.isSending = true;
    try {
      for (;;) {
        const batch = this.options.queue.all().slice(0, kMostItemsPerBatch);
        if (batch.length === 0) return;
        if (!(await this.sendBatch(batch, keepalive))) return;
      }
    } finally {
      this.isSending = false;
    }
  }

  private note(): void {
    this.lastNoteAt = this.now();
    const ranges = this.ranges.take();
    if (ranges.length === 0) return;
    this.options.queue.add({
      id: (this.options.newId ?? newId)(),
      lesson_id: this.lessonId,
      ranges_ms: ranges,
      at: new Date(this.now()).toISOString(),
    });
  }

  // True when the batch is settled and the next one may follow.
  private async sendBatch(batch: Heartbeat[], keepalive: boolean): Promise<boolean> {
    try {
      // Stored or rejected: either way the server has the last word on these.
      await this.options.send(batch, keepalive);
      this.settle(batch);
      return true;
    } catch (error) {
      if (!isRefused(error)) return false;
      if (batch.length > 1) return this.sendOneByOne(batch, keepalive);
      // This very item will never be taken; keeping it would block all others.
      this.settle(batch);
      return true;
    }
  }

  private async sendOneByOne(batch: Heartbeat[], keepalive: boolean): Promise<boolean> {
    for (const item of batch) {
      if (!(await this.sendBatch([item], keepalive))) return false;
    }
    return true;
  }

  private settle(batch: Heartbeat[]): void {
    this.options.queue.settle(new Set(batch.map((item) => item.id)));
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 400 || error.status === 413);
}

// crypto.randomUUID exists only in secure contexts, and a LAN is served over plain http.
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
