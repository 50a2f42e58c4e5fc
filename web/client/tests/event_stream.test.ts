import { describe, expect, it } from 'vitest';

import { EventStream, type EventSourceLike } from '../event_stream';

class FakeSource implements EventSourceLike {
  readyState = 1;
  private readonly listeners = new Map<string, ((event: { data?: string }) => void)[]>();
  addEventListener(name: string, listener: (event: { data?: string }) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }
  close(): void {
    this.readyState = 2;
  }
  emit(name: string, data?: string): void {
    for (const listener of this.listeners.get(name) ?? []) listener({ data });
  }
}

function stage() {
  const sources: FakeSource[] = [];
  const timers: { run: () => void; ms: number }[] = [];
  const heard: string[] = [];
  let fresh = 0;
  const stream = new EventStream({
    open: () => { const source = new FakeSource(); sources.push(source); return source; },
    names: ['asset'],
    onEvent: (name, data) => heard.push(`${name} ${JSON.stringify(data)}`),
    onFresh: () => { ++fresh; },
    setTimer: (run, ms) => { timers.push({ run, ms }); return timers.length; },
    clearTimer: () => {},
  });
  return { stream, sources, timers, heard, fresh: () => fresh };
}

describe('EventStream', () => {
  it('delivers named events as JSON and leaves out what is none', () => {
    const { stream, sources, heard } = stage();
    stream.start();

    sources[0]!.emit('asset', '{"percent":7}');
    sources[0]!.emit('asset', 'rubbish');

    expect(heard).toEqual(['asset {"percent":7}']);
  });

  it('tells at each beginning that news may have been missed', () => {
    const { stream, sources, fresh } = stage();
    stream.start();

    sources[0]!.emit('hello', '{}');
    sources[0]!.emit('hello', '{}');

    expect(fresh()).toBe(2);
  });

  it('opens a new stream after one that ended for good, waiting longer each time', () => {
    const { stream, sources, timers } = stage();
    stream.start();

    for (let n = 0; n < 7; ++n) {
      sources[n]!.readyState = 2;
      sources[n]!.emit('error');
      timers[n]!.run();
    }

    expect(timers.map((timer) => timer.ms)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(sources).toHaveLength(8);
  });

  it('leaves a broken line to the browser, which reconnects by itself', () => {
    const { stream, sources, timers } = stage();
    stream.start();

    sources[0]!.readyState = 0;
    sources[0]!.emit('error');

    expect(timers).toEqual([]);
  });

  it('stays closed once stopped', () => {
    const { stream, sources, timers } = stage();
    stream.start();

    stream.stop();
    sources[0]!.emit('error');

    expect(timers).toEqual([]);
    expect(sources[0]!.readyState).toBe(2);
  });
});
