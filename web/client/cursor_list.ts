import { hasCode } from './problem';
import type { Page } from './wire';

export type ListState = 'idle' | 'loading' | 'complete' | 'failed';

// A list that grows page by page behind an opaque cursor. One page at a time; an item that comes
// twice is kept once; a page asked for before a restart is dropped when it arrives late.
export class CursorList<Item> {
  items: Item[] = [];
  state: ListState = 'idle';
  error: unknown = null;
  // The first page has come, so an empty list is really empty.
  isLoaded = false;
  private cursor: string | undefined;
  private generation = 0;
  private known = new Set<string>();

  constructor(
    private readonly fetchPage: (cursor: string | undefined) => Promise<Page<Item>>,
    private readonly keyOf: (item: Item) => string,
    // Called with the new items of each page, before they show.
    private readonly onItems: (items: Item[]) => void = () => {},
  ) {}

  async loadMore(): Promise<void> {
    if (this.state === 'loading' || this.state === 'complete') return;
    const generation = this.generation;
    this.state = 'loading';
    this.error = null;
    try {
      const page = await this.fetchPage(this.cursor);
      if (generation === this.generation) this.append(page);
    } catch (error) {
      if (generation === this.generation) await this.failed(error);
    }
  }

  // Starts over; what is shown stays until the first page has come.
  async restart(): Promise<void> {
    ++this.generation;
    this.cursor = undefined;
    this.state = 'idle';
    this.isLoaded = false;
    await this.loadMore();
  }

  remove(key: string): void {
    this.items = this.items.filter((item) => this.keyOf(item) !== key);
  }

  private append(page: Page<Item>): void {
    if (!this.isLoaded) {
      this.items = [];
      this.known.clear();
      this.isLoaded = true;
    }
    const fresh = page.items.filter((item) => !this.known.has(this.keyOf(item)));
    for (const item of fresh) this.known.add(this.keyOf(item));
    this.onItems(fresh);
    this.items.push(...fresh);
    this.cursor = page.next_cursor ?? undefined;
    this.state = this.cursor === undefined ? 'complete' : 'idle';
  }

  private async failed(error: unknown): Promise<void> {
    if (hasCode(error, 'invalid_cursor') && this.cursor !== undefined) {
      await this.restart();  // The server's keys have changed since.
      return;
    }
    this.state = 'failed';
    this.error = error;
  }
}
