// The small pictures of a lesson for a seek bar: storyboard.vtt names, for each stretch of time, a
// tile of a JPEG sheet by a media fragment (W3C Media Fragments URI 1.0, 4.2.2).
export interface Tile {
  fromMs: number;
  toMs: number;
  sheet: string;  // An absolute address.
  x: number;
  y: number;
  width: number;
  height: number;
}

const kTiming = /^(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})/;
const kFragment = /^(.+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

function msOf(hours: string | undefined, minutes: string, seconds: string, ms: string): number {
  return ((Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(ms);
}

// Sheets are named relative to `address`, where the text came from. Cues that name no tile are left out.
export function parseStoryboard(text: string, address: string): Tile[] {
  const tiles: Tile[] = [];
  let time: { fromMs: number; toMs: number } | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const timing = kTiming.exec(line);
    if (timing) {
      const [, ...t] = timing as unknown as string[];
      time = { fromMs: msOf(t[0], t[1]!, t[2]!, t[3]!), toMs: msOf(t[4], t[5]!, t[6]!, t[7]!) };
      continue;
    }
    const named = time && kFragment.exec(line.trim());
    if (!time || !named) continue;
    const [x, y, width, height] = named.slice(2).map(Number) as [number, number, number, number];
    tiles.push({ ...time, sheet: new URL(named[1]!, address).href, x, y, width, height });
    time = null;
  }
  return tiles;
}

// The tile of a moment; the last one before it where none covers it.
export function tileAt(tiles: readonly Tile[], atMs: number): Tile | undefined {
  return tiles.filter((tile) => tile.fromMs <= atMs).pop() ?? tiles[0];
}

// Nothing where the server gives none: a seek bar does without.
export async function loadStoryboard(url: string): Promise<Tile[]> {
  const address = new URL(url, window.location.href).href;
  try {
    const reply = await fetch(address);
    return reply.ok ? parseStoryboard(await reply.text(), address) : [];
  } catch {
    return [];
  }
}
