import { playsNatively } from './hls_settings';

// What the server is told that this player can show.
export type PlayerCodecs = 'avc1' | 'avc1,av01';

const kAv1Mime = 'video/mp4; codecs="av01.0.05M.08"';
const kSlowLines: ReadonlySet<string> = new Set(['slow-2g', '2g', '3g']);
// Device pixels across the short side up to which 480p is as good as more.
const kSmallScreen = 540;

interface Line {
  saveData?: boolean;
  effectiveType?: string;
}

// AV1 comes as one rung of 480p. hls.js chooses a codec first and stays among its rungs, so asking for
// it is right only where 480p would be the most anyway; there it looks better for the same bytes.
export function playerCodecs(video: HTMLVideoElement = document.createElement('video')): PlayerCodecs {
  return is480Enough() && showsAv1(video) ? 'avc1,av01' : 'avc1';
}

function showsAv1(video: HTMLVideoElement): boolean {
  if (playsNatively(video)) return video.canPlayType(kAv1Mime) !== '';
  return 'MediaSource' in window && window.MediaSource.isTypeSupported(kAv1Mime);
}

function is480Enough(): boolean {
  const line = (navigator as Navigator & { connection?: Line }).connection;
  if (line?.saveData || kSlowLines.has(line?.effectiveType ?? '')) return true;
  return Math.min(screen.width, screen.height) * window.devicePixelRatio <= kSmallScreen;
}
