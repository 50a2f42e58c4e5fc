import type { Heartbeat, RangeMs } from './wire';

// The part of localStorage that is used; a page without it passes MemoryStorage.
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class MemoryStorage implements KeyValueStorage {
  private readonly values = new Map<string, string>();
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
}

const kMostItems = 500;
const kMostRangesPerItem = 200;

// Heartbeats that the server has not confirmed yet, oldest first. They survive the page and a dead
// line, belong to one account, and may be shared by several tabs: each call reads the store anew.
export class HeartbeatQueue {
  private readonly key: string;

  constructor(
    private readonly storage: KeyValueStorage,
    accountId: string,
  ) {
    this.key = `weike.heartbeats.${accountId}`;
  }

  add(item: Heartbeat): void {
    const items = [...this.all(), item];
    this.write(items.length > kMostItems ? compacted(items) : items);
  }

  all(): Heartbeat[] {
    try {
      const items: unknown = JSON.parse(this.storage.getItem(this.key) ?? '[]');
      return Array.isArray(items) ? items.filter(isHeartbeat) : [];
    } catch {
      return [];
    }
  }

  // Forgets what the server has answered for.
  settle(ids: ReadonlySet<string>): void {
    this.write(this.all().filter((item) => !ids.has(item.id)));
  }

  // Where the viewer stopped according to what the server does not know yet.
  positionOf(lessonId: string): number | undefined {
    const ranges = this.all()
      .filter((item) => item.lesson_id === lessonId)
      .flatMap((item) => item.ranges_ms);
    return ranges[ranges.length - 1]?.[1];
  }

  private write(items: Heartbeat[]): void {
    try {
      if (items.length === 0) this.storage.removeItem(this.key);
      else this.storage.setItem(this.key, JSON.stringify(items));
    } catch {
      // The store is full or forbidden: what is in it stays, playing goes on.
    }
  }
}

// One item for each lesson, saying the same: all ranges, and the last one still last.
function compacted(items: Heartbeat[]): Heartbeat[] {
  const byLesson = new Map<string, Heartbeat>();
  for (const item of items) {
    const merged = byLesson.get(item.lesson_id);
    if (!merged) {
      byLesson.set(item.lesson_id, item);
      continue;
    }
    const last = item.ranges_ms.slice(-1);
    const union = unionOf([...merged.ranges_ms, ...item.ranges_ms]).slice(1 - kMostRangesPerItem);
    byLesson.set(item.lesson_id, { ...item, ranges_ms: [...union, ...last] });
  }
  return [...byLesson.values()];
}

function unionOf(ranges: Heartbeat['ranges_ms']): RangeMs[] {
  const sorted = [...ranges].sort((left, right) => left[0] - right[0]);
  const union: RangeMs[] = [];
  for (const [begin, end] of sorted) {
    const last = union[union.length - 1];
    if (last && begin <= last[1]) last[1] = Math.max(last[1], end);
    else union.push([begin, end]);
  }
  return union;
}

function isHeartbeat(value: unknown): value is Heartbeat {
  const item = value as Heartbeat | null;
  return (
    typeof item === 'object' && item !== null && typeof item.id === 'string' &&
    typeof item.lesson_id === 'string' && typeof item.at === 'string' && Array.isArray(item.ranges_ms)
  );
}
