import type { HlsConfig, LoadPolicy } from 'hls.js';

import type { PlayerCodecs } from './player_codecs';

const kHlsMime = 'application/vnd.apple.mpegurl';

// True where the browser's own HLS is the only or the better way. Phones by Apple offer a managed kind
// of media source, which saves them nothing here; every other browser with media sources gets hls.js,
// because its own HLS, where there is one, says too little about errors.
export function playsNatively(video: HTMLVideoElement): boolean {
  return !('MediaSource' in window) && video.canPlayType(kHlsMime) !== '';
}

// A segment that is not made yet is answered 503 with Retry-After: ask again for about a minute.
const kPatience: LoadPolicy = {
  default: {
    maxTimeToFirstByteMs: 10_000,
    maxLoadTimeMs: 60_000,
    timeoutRetry: { maxNumRetry: 4, retryDelayMs: 500, maxRetryDelayMs: 4_000 },
    errorRetry: {
      maxNumRetry: 30,
      retryDelayMs: 2_000,
      maxRetryDelayMs: 2_000,
      shouldRetry: (_retry, _count, isTimeout, response) => isTimeout || isTemporary(response?.code ?? 0),
    },
  },
};

function isTemporary(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

// `current` turns an address as it was read into the one to ask for now.
export function hlsSettings(startSeconds: number, current: (url: string) => string, codecs: PlayerCodecs): Partial<HlsConfig> {
  return {
    // Whoever did not ask for AV1 stays with H.264 whatever a playlist lists.
    ...(codecs === 'avc1' ? { videoPreference: { videoCodec: 'avc1' } } : {}),
    startPosition: startSeconds > 0 ? startSeconds : -1,
    // fMP4 needs no conversion, so a worker would only cost its start.
    enableWorker: false,
    capLevelToPlayerSize: true,
    abrEwmaDefaultEstimate: 900_000,
    maxBufferLength: 30,
    backBufferLength: 60,
    manifestLoadPolicy: kPatience,
    playlistLoadPolicy: kPatience,
    fragLoadPolicy: kPatience,
    xhrSetup: (xhr, url) => xhr.open('GET', current(url), true),
  };
}
