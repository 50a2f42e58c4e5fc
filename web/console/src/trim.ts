// The shortest lesson the server takes.
export const kShortestTrimMs = 1_000;

/** 83400 -> "1:23.4"; for the cutting of videos, where tenths count. */
export function clockTime(ms: number): string {
  const tenths = Math.round(ms / 100);
  const seconds = Math.floor(tenths / 10) % 60;
  return `${Math.floor(tenths / 600)}:${String(seconds).padStart(2, '0')}.${tenths % 10}`;
}
