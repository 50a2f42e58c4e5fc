import { webcrypto } from 'node:crypto';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { HeartbeatQueue, MemoryStorage } from '../heartbeat_queue';
import { HeartbeatReporter, newId } from '../heartbeat_reporter';
import { ProblemError, UnreachableError } from '../problem';
import type { Heartbeat, HeartbeatOutcome } from '../wire';

type Answer = (items: Heartbeat[]) => HeartbeatOutcome[];
const stored: Answer = (items) => items.map(({ id }) => ({ id, status: 'stored' }));

// A reporter with a clock that stands still and a server that answers as told.
function stage(answer: Answer = stored) {
  const storage = new MemoryStorage();
  const queue = new HeartbeatQueue(storage, 'ada');
  const world = { now: 1_000_000, answer, sent: [] as Heartbeat[][], keepalives: [] as boolean[] };
  let nextId = 0;
  const reporter = new HeartbeatReporter('lesson', {
    queue,
    now: () => world.now,
    newId: () => `id${nextId++}`,
    send: (items, keepalive) => {
      world.sent.push(items);
      world.keepalives.push(keepalive);
      try {
        return Promise.resolve(world.answer(items));
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  });
  const watch = async (fromMs: number, seconds: number) => {
    for (let step = 0; step <= seconds * 4; ++step) {
      reporter.sample(fromMs + step * 250);
      world.now += 250;
      await Promise.resolve();
    }
  };
  return { storage, queue, world, reporter, watch };
}

const beat = (id: string, lesson: string, begin: number, end: number): Heartbeat => ({
  id, lesson_id: lesson, ranges_ms: [[begin, end]], at: '2026-11-22T20:00:00.000Z',
});

describe('HeartbeatReporter', () => {
  it('sends one batch about every twelve seconds', async () => {
    const { world, watch } = stage();

    await watch(0, 30);

    expect(world.sent.map((items) => items[0]!.ranges_ms)).toEqual([[[0, 12_000]], [[12_000, 24_000]]]);
  });

  it('sends at once at a pause, and nothing when nothing was watched', async () => {
    const { world, reporter, watch } = stage();
    await watch(0, 3);

    await reporter.report();
    await reporter.report();

    expect(world.sent).toHaveLength(1);
    expect(world.sent[0]![0]).toMatchObject({ id: 'id0', lesson_id: 'lesson', ranges_ms: [[0, 3_000]] });
  });

  it('outlives the page when it goes away', async () => {
    const { world, reporter, watch } = stage();
    await watch(0, 3);

    await reporter.report(true);

    expect(world.keepalives).toEqual([true]);
  });

  it('keeps what could not be sent and sends it under the same id later', async () => {
    const { queue, world, reporter, watch } = stage(() => { throw new UnreachableError(); });
    await watch(0, 3);
    await reporter.report();
    expect(queue.all()).toHaveLength(1);

    world.answer = stored;
    await reporter.flush();

    expect(world.sent.map((items) => items[0]!.id)).toEqual(['id0', 'id0']);
    expect(queue.all()).toEqual([]);
  });

  it('sends at most a hundred items in one request', async () => {
    const { queue, world, reporter } = stage();
    for (let n = 0; n < 230; ++n) queue.add(beat(`old${n}`, 'lesson', n, n + 1));

    await reporter.flush();

    expect(world.sent.map((items) => items.length)).toEqual([100, 100, 30]);
    expect(queue.all()).toEqual([]);
  });

  it('is not stopped for ever by one item the server will never take', async () => {
    const { queue, world, reporter } = stage((items) => {
      if (items.some((item) => item.id === 'bad')) throw new ProblemError(400, 'invalid_argument', '', '', '');
      return stored(items);
    });
    for (const id of ['good1', 'bad', 'good2']) queue.add(beat(id, 'lesson', 0, 1_000));

    await reporter.flush();

    expect(queue.all()).toEqual([]);
    expect(world.sent.map((items) => items.map((item) => item.id).join())).toContain('good2');
  });

  it('forgets what the server rejected, too', async () => {
    const { queue, reporter, watch } = stage((items) => items.map(({ id }) => ({ id, status: 'rejected', code: 'lesson_not_found' })));
    await watch(0, 3);

    await reporter.report();

    expect(queue.all()).toEqual([]);
  });
});

describe('HeartbeatQueue', () => {
  it('survives the page', () => {
    const { storage, queue } = stage();
    queue.add(beat('a', 'lesson', 0, 5_000));

    expect(new HeartbeatQueue(storage, 'ada').all()).toHaveLength(1);
  });

  it('never gives one account the minutes of another', () => {
    const { storage, queue } = stage();
    queue.add(beat('a', 'lesson', 0, 5_000));

    expect(new HeartbeatQueue(storage, 'bob').all()).toEqual([]);
  });

  it('knows where the viewer stopped before the server does', () => {
    const { queue } = stage();
    queue.add(beat('a', 'lesson', 0, 5_000));
    queue.add(beat('b', 'other', 0, 90_000));
    queue.add(beat('c', 'lesson', 40_000, 45_000));

    expect(queue.positionOf('lesson')).toBe(45_000);
    expect(queue.positionOf('never watched')).toBeUndefined();
  });

  it('loses no watched second and no position when it grows too long', () => {
    const { queue } = stage();
    for (let n = 0; n < 501; ++n) queue.add(beat(`i${n}`, 'lesson', n * 1_000, n * 1_000 + 1_000));
    queue.add(beat('back', 'lesson', 3_000, 4_000));

    const ranges = queue.all().flatMap((item) => item.ranges_ms);

    expect(ranges[0]).toEqual([0, 501_000]);
    expect(queue.positionOf('lesson')).toBe(4_000);
    expect(queue.all().length).toBeLessThan(10);
  });

  it('starts empty when the store holds rubbish', () => {
    const { storage, queue } = stage();
    storage.setItem('weike.heartbeats.ada', '{"no": "list"');

    expect(queue.all()).toEqual([]);
  });

  it('does without a store that is full', () => {
    const full = { getItem: () => null, setItem: () => { throw new Error('quota'); }, removeItem: () => {} };

    expect(() => new HeartbeatQueue(full, 'ada').add(beat('a', 'lesson', 0, 1))).not.toThrow();
  });
});

describe('newId', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('makes a different id each time', () => {
    vi.stubGlobal('crypto', webcrypto);

    expect(newId()).not.toBe(newId());
  });

  it('does without what only secure contexts have', () => {
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => webcrypto.getRandomValues(bytes) });

    expect(newId()).toMatch(/^[0-9a-f]{32}$/);
  });
});
