import { describe, expect, it } from 'vitest';

import { parseStoryboard, tileAt } from '../storyboard';

const address = 'https://weike.example/media/token/id/storyboard.vtt';
const text = `WEBVTT

00:00:00.000 --> 00:00:02.000
storyboard_1.jpg#xywh=0,0,160,90

00:02.000 --> 00:04.500
storyboard_1.jpg#xywh=160,0,160,90

01:00:00.250 --> 01:00:02.000
storyboard_2.jpg#xywh=0,90,160,90
`;

describe('storyboard', () => {
  it('gives each cue its time, its sheet beside the text, and its place on the sheet', () => {
    expect(parseStoryboard(text, address)).toEqual([
      { fromMs: 0, toMs: 2_000, sheet: 'https://weike.example/media/token/id/storyboard_1.jpg', x: 0, y: 0, width: 160, height: 90 },
      { fromMs: 2_000, toMs: 4_500, sheet: 'https://weike.example/media/token/id/storyboard_1.jpg', x: 160, y: 0, width: 160, height: 90 },
      { fromMs: 3_600_250, toMs: 3_602_000, sheet: 'https://weike.example/media/token/id/storyboard_2.jpg', x: 0, y: 90, width: 160, height: 90 },
    ]);
  });

  it('reads lines that end as Windows ends them', () => {
    expect(parseStoryboard(text.replace(/\n/g, '\r\n'), address)).toHaveLength(3);
  });

  it('leaves out what names no tile', () => {
    expect(parseStoryboard('WEBVTT\n\n00:00.000 --> 00:01.000\nsome words\n', address)).toEqual([]);
    expect(parseStoryboard('<html>not found</html>', address)).toEqual([]);
  });

  it('finds the tile of a moment, and the one before a gap', () => {
    const tiles = parseStoryboard(text, address);

    expect(tileAt(tiles, 1_999)?.x).toBe(0);
    expect(tileAt(tiles, 2_000)?.x).toBe(160);
    expect(tileAt(tiles, 60_000)?.x).toBe(160);
    expect(tileAt(tiles, 9_999_999)?.y).toBe(90);
    expect(tileAt([], 0)).toBeUndefined();
  });
});
