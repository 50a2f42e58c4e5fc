import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';

import { ProblemError } from '../client/problem';
import type { Playback } from '../client/wire';
import { hlsSettings, playsNatively } from './hls_settings';
import type { PlayerCodecs } from './player_codecs';
import { StillThere } from './still_there';
import { wholeRungFor } from './whole_rung';

// Why playing stopped for good, unless the viewer does something.
export type Trouble = 'recalled' | 'not_found' | 'unsupported' | 'interrupted';

export interface LessonPlayerOptions {
  video: HTMLVideoElement;
  // Asks the server for signed addresses; fails with the server's problem.
  askPlayback: () => Promise<Playback>;
  onTrouble: (trouble: Trouble, error: unknown) => void;
  // What the server was told when it was asked for addresses; H.264 alone if nothing.
  codecs?: PlayerCodecs;
}

const kRenewBeforeExpiryMs = 120_000;
const kLongestTimerMs = 2 ** 31 - 1;
const kMostRenewals = 3;
const kRenewalWindowMs = 20_000;

// Plays one lesson on a video element: hls.js where there are media source extensions, the browser's
// own HLS elsewhere (phones by Apple), and one ordinary file where there is neither. A signature that ran out is renewed without a break; a recalled
// lesson stops at once.
export class LessonPlayer {
  private hls: Hls | null = null;
  private playback: Playback | null = null;
  private expiryTimer: ReturnType<typeof setTimeout> | undefined;
  private renewals: number[] = [];
  private isRenewing = false;
  private isOver = false;
  private readonly stillThere: StillThere;

  constructor(private readonly options: LessonPlayerOptions) {
    this.stillThere = new StillThere(options.video, () => this.playback?.hls_url, () => void this.renew());
    options.video.addEventListener('error', this.onNativeError);
  }

  async load(playback: Playback, startMs: number): Promise<void> {
    this.adopt(playback);
    this.stillThere.start();
    if (playsNatively(this.options.video)) {
      this.loadNatively(playback.hls_url, startMs);
      return;
    }
    const { default: HlsClass } = await import('hls.js');
    if (this.isOver) return;
    if (HlsClass.isSupported()) this.loadWith(HlsClass, startMs);
    else this.loadWhole(playback, startMs);
  }

  // After the viewer asked to try again.
  async retry(): Promise<void> {
    this.isOver = false;
    this.renewals = [];
    const positionMs = this.options.video.currentTime * 1000;
    this.teardown();
    try {
      await this.load(await this.options.askPlayback(), positionMs);
    } catch (error) {
      this.endWith(error);
    }
  }

  destroy(): void {
    this.isOver = true;
    this.options.video.removeEventListener('error', this.onNativeError);
    this.teardown();
  }

  private adopt(playback: Playback): void {
    this.playback = playback;
    clearTimeout(this.expiryTimer);
    const leftMs = Date.parse(playback.expires_at) - Date.now() - kRenewBeforeExpiryMs;
    if (Number.isFinite(leftMs)) {
      const waitMs = Math.min(Math.max(leftMs, kRenewBeforeExpiryMs / 2), kLongestTimerMs);
      this.expiryTimer = setTimeout(() => void this.renew(), waitMs);
    }
  }

  private loadWith(HlsClass: typeof Hls, startMs: number): void {
    const hls = new HlsClass(hlsSettings(startMs / 1000, (url) => this.current(url), this.options.codecs ?? 'avc1'));
    this.hls = hls;
    this.firstUrl = this.playback!.hls_url;
    hls.on(HlsClass.Events.ERROR, (_event, data) => this.onHlsError(data));
    hls.loadSource(this.firstUrl);
    hls.attachMedia(this.options.video);
  }

  // hls.js goes on with the addresses it has read; each is asked for under the newest signature.
  private firstUrl = '';
  private current(url: string): string {
    const newest = this.playback?.hls_url ?? this.firstUrl;
    return url.replace(folderOf(this.firstUrl), folderOf(newest));
  }

  private onHlsError(data: ErrorData): void {
    const status = data.response?.code ?? 0;
    if (status === 403 || status === 410 || status === 404) void this.renew();
    else if (data.fatal && data.type === 'mediaError') this.hls?.recoverMediaError();
    else if (data.fatal) void this.renew();
  }

  private loadWhole(playback: Playback, startMs: number): void {
    const rung = wholeRungFor(playback.mp4_urls);
    if (rung) this.loadNatively(rung.url, startMs);
    else this.end('unsupported', null);
  }

  private loadNatively(url: string, startMs: number): void {
    const { video } = this.options;
    video.src = url;
    if (startMs > 0) {
      video.addEventListener('loadedmetadata', () => { video.currentTime = startMs / 1000; }, { once: true });
    }
  }

  private readonly onNativeError = (): void => {
    if (!this.hls && !this.isOver && this.options.video.error) void this.renew();
  };

  // Asks for new addresses and goes on; the answer also tells whether the lesson is still there.
  private async renew(): Promise<void> {
    if (this.isRenewing || this.isOver) return;
    this.isRenewing = true;
    try {
      const playback = await this.options.askPlayback();
      if (this.isOver) return;
      if (this.isInCircle()) throw new Error('the addresses keep failing');
      this.goOn(playback);
    } catch (error) {
      this.endWith(error);
    } finally {
      this.isRenewing = false;
    }
  }

  private goOn(playback: Playback): void {
    const { video } = this.options;
    const wasPlaying = !video.paused;
    this.adopt(playback);
    if (this.hls && assetOf(playback.hls_url) === assetOf(this.firstUrl)) {
      this.hls.startLoad();
      return;
    }
    const positionMs = video.currentTime * 1000;
    this.hls?.destroy();
    this.hls = null;
    void this.load(playback, positionMs).then(() => (wasPlaying ? video.play() : undefined)).catch(() => {});
  }

  // New addresses that fail as well, several times in a short while, will not get better by more.
  private isInCircle(): boolean {
    const now = Date.now();
    this.renewals = [...this.renewals.filter((at) => now - at < kRenewalWindowMs), now];
    return this.renewals.length > kMostRenewals;
  }

  private endWith(error: unknown): void {
    const status = error instanceof ProblemError ? error.status : 0;
    if (status === 410) this.end('recalled', error);
    else if (status === 404) this.end('not_found', error);
    else this.end('interrupted', error);
  }

  private end(trouble: Trouble, error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.video.pause();
    if (trouble !== 'interrupted') this.teardown();
    this.options.onTrouble(trouble, error);
  }

  private teardown(): void {
    clearTimeout(this.expiryTimer);
    this.stillThere.stop();
    this.hls?.destroy();
    this.hls = null;
    this.options.video.removeAttribute('src');
    this.options.video.load();
  }
}

function folderOf(url: string): string {
  return url.slice(0, url.lastIndexOf('/') + 1);
}

function assetOf(url: string): string {
  return /\/media\/([0-9a-f]+)\//.exec(url)?.[1] ?? url;
}
