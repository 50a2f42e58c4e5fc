import { describe, expect, it } from 'vitest';

import { CursorList } from '../cursor_list';
import { ProblemError } from '../problem';
import type { Page } from '../wire';

interface Item { id: string }
const page = (ids: string[], next: string | null): Page<Item> => ({ items: ids.map((id) => ({ id })), next_cursor: next });
const idsOf = (list: CursorList<Item>) => list.items.map((item) => item.id);

// A server that answers each cursor from a table and notes what it was asked.
function served(pages: Record<string, Page<Item> | Error>) {
  const asked: (string | undefined)[] = [];
  const list = new CursorList<Item>((cursor) => {
    asked.push(cursor);
    const answer = pages[cursor ?? ''] ?? new Error('no such page');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }, (item) => item.id);
  return { list, asked };
}

describe('CursorList', () => {
  it('walks to the end along the cursors', async () => {
    const { list, asked } = served({ '': page(['a', 'b'], 'c1'), c1: page(['c'], null) });

    await list.loadMore();
    await list.loadMore();
    await list.loadMore();

    expect(idsOf(list)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([undefined, 'c1']);
    expect(list.state).toBe('complete');
  });

  it('keeps an item once that comes on two pages', async () => {
    const { list } = served({ '': page(['a', 'b'], 'c1'), c1: page(['b', 'c'], null) });

    await list.loadMore();
    await list.loadMore();

    expect(idsOf(list)).toEqual(['a', 'b', 'c']);
  });

  it('asks for one page at a time', async () => {
    const { list, asked } = served({ '': page(['a'], null) });

    await Promise.all([list.loadMore(), list.loadMore()]);

    expect(asked).toHaveLength(1);
  });

  it('shows the error and goes on from the same place', async () => {
    const pages: Record<string, Page<Item> | Error> = { '': page(['a'], 'c1'), c1: new Error('line is dead') };
    const { list } = served(pages);
    await list.loadMore();

    await list.loadMore();
    expect(list.state).toBe('failed');
    pages.c1 = page(['b'], null);
    await list.loadMore();

    expect(idsOf(list)).toEqual(['a', 'b']);
    expect(list.error).toBeNull();
  });

  it('starts over when the server no longer takes its cursor', async () => {
    const refused = new ProblemError(400, 'invalid_cursor', '', '', '');
    const { list } = served({ '': page(['a', 'b'], 'old'), old: refused });
    await list.loadMore();

    await list.loadMore();

    expect(idsOf(list)).toEqual(['a', 'b']);
    expect(list.state).toBe('idle');
  });

  it('drops a page that comes after a restart', async () => {
    const waiting: ((page: Page<Item>) => void)[] = [];
    const list = new CursorList<Item>(() => new Promise((resolve) => waiting.push(resolve)), (item) => item.id);

    const late = list.loadMore();
    const fresh = list.restart();
    waiting[1]!(page(['new'], null));
    waiting[0]!(page(['old'], null));
    await Promise.all([late, fresh]);

    expect(idsOf(list)).toEqual(['new']);
  });

  it('keeps showing the old items until the first page of a restart has come', async () => {
    const { list } = served({ '': page(['a'], null) });
    await list.loadMore();

    const restarted = list.restart();

    expect(idsOf(list)).toEqual(['a']);
    await restarted;
    expect(idsOf(list)).toEqual(['a']);
  });
});
