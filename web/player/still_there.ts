const kEveryMs = 8_000;

// Asks every few seconds of playing whether the media may still be fetched: what is buffered would play
// on to the end without noticing that the lesson was recalled.
export class StillThere {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly currentUrl: () => string | undefined,
    private readonly onRefused: () => void,
  ) {}

  start(): void {
    this.stop();
    this.video.addEventListener('play', this.ask);
    this.timer = setInterval(() => { if (!this.video.paused) this.ask(); }, kEveryMs);
  }

  stop(): void {
    clearInterval(this.timer);
    this.video.removeEventListener('play', this.ask);
  }

  private readonly ask = (): void => {
    const url = this.currentUrl();
    if (!url) return;
    fetch(url, { method: 'HEAD', cache: 'no-store' }).then(
      (reply) => { if (reply.status === 403 || reply.status === 404 || reply.status === 410) this.onRefused(); },
      () => {},  // A dead line is no refusal.
    );
  };
}
