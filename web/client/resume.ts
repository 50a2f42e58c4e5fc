export interface StartPoint {
  startMs: number;
  // The viewer is brought to a place in the middle and should be told so.
  isResumed: boolean;
}

const kTooEarlyMs = 3_000;
const kTooLateMs = 3_000;

// Where to begin: where the viewer stopped, but not a few seconds after the start, and from the start
// again for whoever has seen the end. `pendingMs` is what the server does not know yet.
export function startPoint(resumeMs: number, durationMs: number, pendingMs?: number): StartPoint {
  const position = pendingMs ?? resumeMs;
  const isInside = position >= kTooEarlyMs && (durationMs === 0 || position < durationMs - kTooLateMs);
  return isInside ? { startMs: position, isResumed: true } : { startMs: 0, isResumed: false };
}
