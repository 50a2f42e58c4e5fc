// The part of EventSource that is used (WHATWG HTML §9.2).
export interface EventSourceLike {
  addEventListener(name: string, listener: (event: { data?: string }) => void): void;
  readonly readyState: number;
  close(): void;
}

export interface EventStreamOptions {
  open: () => EventSourceLike;
  // Names of the events to hear.
  names: string[];
  onEvent: (name: string, data: unknown) => void;
  // The stream began (again): news may have been missed, look at the present state.
  onFresh: () => void;
  setTimer?: (run: () => void, ms: number) => unknown;
  clearTimer?: (timer: unknown) => void;
}

const kClosed = 2;
const kFirstWaitMs = 1_000;
const kLongestWaitMs = 30_000;

// Server-sent events that come back by themselves. EventSource reconnects after a broken line, but
// gives up for good on an HTTP error (a restart behind a proxy); then this opens a new one, waiting
// longer each time.
export class EventStream {
  private source: EventSourceLike | null = null;
  private timer: unknown = null;
  private waitMs = kFirstWaitMs;

  constructor(private readonly options: EventStreamOptions) {}

  start(): void {
    if (this.source) return;
    const source = this.options.open();
    this.source = source;
    source.addEventListener('hello', () => {
      this.waitMs = kFirstWaitMs;
      this.options.onFresh();
    });
    for (const name of this.options.names) {
      source.addEventListener(name, (event) => this.deliver(name, event.data ?? ''));
    }
    source.addEventListener('error', () => {
      if (source === this.source && source.readyState === kClosed) this.reopenLater();
    });
  }

  stop(): void {
    this.source?.close();
    this.source = null;
    if (this.timer !== null) (this.options.clearTimer ?? clearTimeoutOf)(this.timer);
    this.timer = null;
  }

  private deliver(name: string, data: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      return;
    }
    this.options.onEvent(name, parsed);
  }

  private reopenLater(): void {
    this.stop();
    const setTimer = this.options.setTimer ?? ((run, ms) => setTimeout(run, ms));
    this.timer = setTimer(() => this.start(), this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, kLongestWaitMs);
  }
}

function clearTimeoutOf(timer: unknown): void {
  clearTimeout(timer as ReturnType<typeof setTimeout>);
}
