import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Playback, WholeRung } from '../../client/wire';
import { LessonPlayer } from '../lesson_player';
import { wholeRungFor } from '../whole_rung';

function rung(rendition: string, width: number, height: number, codecs = 'avc1.64001f,mp4a.40.2'): WholeRung {
  return { rendition, width, height, codecs, size_bytes: 1, url: `/media/0a/t/${rendition}.mp4` };
}

const landscape = [rung('v1080', 1920, 1080), rung('v480', 854, 480), rung('v360', 640, 360), rung('v480-av1', 854, 480, 'av01.0.04M.08')];

describe('wholeRungFor', () => {
  it('takes the largest of H.264 up to 480p, upright too', () => {
    expect(wholeRungFor(landscape)?.rendition).toBe('v480');
    expect(wholeRungFor([rung('v720', 720, 1280), rung('v360', 360, 640)])?.rendition).toBe('v360');
  });

  it('takes the smallest where all are larger, and nothing where there is nothing', () => {
    expect(wholeRungFor([rung('v1080', 1920, 1080), rung('v720', 1280, 720)])?.rendition).toBe('v720');
    expect(wholeRungFor([rung('v480-av1', 854, 480, 'av01.0.04M.08')])).toBeUndefined();
    expect(wholeRungFor([])).toBeUndefined();
  });
});

// A video element of a browser with neither media sources nor HLS.
class OldVideo extends EventTarget {
  src = '';
  paused = true;
  currentTime = 0;
  error = null;
  canPlayType(): string { return ''; }
  pause(): void {}
  load(): void {}
  removeAttribute(): void { this.src = ''; }
}

describe('LessonPlayer without media sources and without HLS', () => {
  const troubles: string[] = [];
  const video = new OldVideo();
  const playback = (mp4_urls: WholeRung[]): Playback => ({
    hls_url: '/media/0a/t/master.m3u8', dash_url: '/media/0a/t/manifest.mpd', mp4_urls, poster_url: null, poster_small_url: null, storyboard_url: null,
    expires_at: new Date(Date.now() + 3_600_000).toISOString(), duration_ms: 60_000, width: 1920, height: 1080, has_audio: true, resume_ms: 0, version: 1,
    captions: [], chapters: [],
  });
  const player = () => new LessonPlayer({
    video: video as unknown as HTMLVideoElement,
    askPlayback: () => Promise.reject(new Error('not asked for')),
    onTrouble: (trouble) => troubles.push(trouble),
  });

  beforeEach(() => {
    vi.stubGlobal('window', {});
    troubles.length = 0;
  });
  afterEach(() => vi.unstubAllGlobals());

  it('plays one ordinary file from where the viewer stopped', async () => {
    const playing = player();
    await playing.load(playback(landscape), 20_000);
    video.dispatchEvent(new Event('loadedmetadata'));

    expect(video.src).toBe('/media/0a/t/v480.mp4');
    expect(video.currentTime).toBe(20);
    expect(troubles).toEqual([]);
    playing.destroy();
  });

  it('says so when there is no such file', async () => {
    const playing = player();
    await playing.load(playback([]), 0);

    expect(troubles).toEqual(['unsupported']);
    playing.destroy();
  });
});
