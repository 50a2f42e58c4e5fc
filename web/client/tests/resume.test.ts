import { describe, expect, it } from 'vitest';

import { startPoint } from '../resume';

describe('startPoint', () => {
  const rows: [name: string, resume: number, duration: number, pending: number | undefined, start: number][] = [
    ['a new lesson begins at the start', 0, 60_000, undefined, 0],
    ['goes on where the viewer stopped', 20_000, 60_000, undefined, 20_000],
    ['a glance of two seconds is no reason to skip them', 2_000, 60_000, undefined, 0],
    ['whoever has seen the end begins anew', 58_500, 60_000, undefined, 0],
    ['what the server does not know yet is newer', 20_000, 60_000, 31_000, 31_000],
    ['having gone back to the start counts too', 20_000, 60_000, 1_000, 0],
    ['a position behind the end of a shorter new version is ignored', 90_000, 60_000, undefined, 0],
  ];
  it.each(rows)('%s', (_name, resume, duration, pending, start) => {
    expect(startPoint(resume, duration, pending)).toEqual({ startMs: start, isResumed: start > 0 });
  });
});
