import { hasCode, problemOf } from './problem';
import type { Transport, WireReply, WireRequest } from './transport';
import type * as wire from './wire';

export type Language = 'zh-CN' | 'en';

export interface ClientOptions {
  transport: Transport;
  // Asked at each call, so that a switch of language takes effect at once.
  language: () => Language;
  // Called when the server no longer knows the session.
  onSignedOut?: () => void;
  // For tests; waits before a refused call is tried again.
  wait?: (ms: number) => Promise<void>;
}

type Query = Record<string, string | number | undefined | null>;
interface CallOptions {
  query?: Query;
  body?: unknown;
  bytes?: Blob;
  headers?: Record<string, string>;
  keepalive?: boolean;
}

const kBase = '/api/v1';
const kBusyRetries = 2;
const kLongestWaitMs = 5_000;

// The API as typed calls. Signs in by cookie; keeps the CSRF token in memory only. A refused call
// throws ProblemError, an unanswered one UnreachableError.
export class WeikeClient {
  private csrfToken = '';

  constructor(private readonly options: ClientOptions) {}

  // --- session
  async signIn(account: string, password: string): Promise<wire.Account> {
    const session = await this.call<wire.Session>('POST', '/sessions', { body: { account, password } });
    this.csrfToken = session.csrf_token;
    return session.account;
  }
  async signOut(): Promise<void> {
    await this.call('DELETE', '/sessions/current');
    this.csrfToken = '';
  }
  async me(): Promise<wire.Me> {
    const me = await this.call<wire.Me>('GET', '/me');
    this.csrfToken = me.csrf_token;
    return me;
  }
  // What a request made by another library (uploads) has to carry.
  sessionHeaders(): Record<string, string> {
    return this.csrfToken ? { 'X-CSRF-Token': this.csrfToken } : {};
  }

  // --- feed and learning
  async channels(): Promise<wire.Channel[]> {
    return (await this.call<wire.Page<wire.Channel>>('GET', '/channels')).items;
  }
  feed(query: { channel?: string; cursor?: string; limit?: number }): Promise<wire.Page<wire.Card>> {
    return this.call('GET', '/feed', { query });
  }
  async overlay(lessonIds: string[]): Promise<wire.Overlay[]> {
    if (lessonIds.length === 0) return [];
    const query = { lesson_ids: lessonIds.join(',') };
    return (await this.call<wire.Page<wire.Overlay>>('GET', '/me/overlay', { query })).items;
  }
  progress(query: { lesson_id?: string; cursor?: string; limit?: number }): Promise<wire.Page<wire.Progress>> {
    return this.call('GET', '/me/progress', { query });
  }
  async sendHeartbeats(items: wire.Heartbeat[], keepalive: boolean): Promise<wire.HeartbeatOutcome[]> {
    const reply = await this.call<wire.Page<wire.HeartbeatOutcome>>('POST', '/me/heartbeats', {
      body: { items },
      keepalive,
    });
    return reply.items;
  }

  // --- lessons
  // `codecs`: what the player can show, "avc1,av01" for example.
  lesson(id: string, codecs?: string): Promise<wire.Lesson | wire.LiveLesson> {
    return this.call('GET', `/lessons/${id}`, { query: { codecs } });
  }
  playback(id: string, version: 'live' | 'working' = 'live', codecs?: string): Promise<wire.Playback> {
    return this.call('GET', `/lessons/${id}/playback`, { query: { version, codecs } });
  }
  lessons(scope: wire.LessonScope, cursor?: string): Promise<wire.Page<wire.Lesson>> {
    return this.call('GET', '/lessons', { query: { scope, cursor } });
  }
  createLesson(body: wire.LessonCreate): Promise<wire.Lesson> {
    return this.call('POST', '/lessons', { body });
  }
  editLesson(id: string, body: wire.LessonEdit): Promise<wire.Lesson> {
    return this.call('PATCH', `/lessons/${id}`, { body });
  }
  deleteLesson(id: string): Promise<void> {
    return this.call('DELETE', `/lessons/${id}`);
  }
  submitLesson(id: string): Promise<wire.Lesson> {
    return this.call('POST', `/lessons/${id}/submit`);
  }
  approveLesson(id: string, manifestSha256: string): Promise<wire.Lesson> {
    return this.call('POST', `/lessons/${id}/approve`, { body: { manifest_sha256: manifestSha256 } });
  }
  returnLesson(id: string, reason: string): Promise<wire.Lesson> {
    return this.call('POST', `/lessons/${id}/return`, { body: { reason } });
  }
  publishLesson(id: string): Promise<wire.Lesson> {
    return this.call('POST', `/lessons/${id}/publish`, { body: {} });
  }
  recallLesson(id: string, reason: string): Promise<wire.Lesson> {
    return this.call('POST', `/lessons/${id}/recall`, { body: { reason } });
  }
  async decisions(id: string): Promise<wire.Decision[]> {
    return (await this.call<wire.Page<wire.Decision>>('GET', `/lessons/${id}/decisions`)).items;
  }

  // --- uploads and assets
  upload(id: string): Promise<wire.Upload> {
    return this.call('GET', `/uploads/${id}`);
  }
  assets(cursor?: string): Promise<wire.Page<wire.Asset>> {
    return this.call('GET', '/assets', { query: { cursor } });
  }
  asset(id: string): Promise<wire.Asset> {
    return this.call('GET', `/assets/${id}`);
  }
  retryAsset(id: string): Promise<wire.Asset> {
    return this.call('POST', `/assets/${id}/retry`);
  }
  // A new asset that shows a part of the same source.
  trimAsset(id: string, inMs: number, outMs: number): Promise<wire.Asset> {
    return this.call('POST', `/assets/${id}/trim`, { body: { in_ms: inMs, out_ms: outMs } });
  }
  // A SubRip or WebVTT file; the reply says how a lesson names it.
  addCaptions(assetId: string, language: string, label: string, file: Blob): Promise<wire.Captions> {
    return this.call('PUT', `/assets/${assetId}/captions`, { query: { language, label }, bytes: file });
  }
  deleteAsset(id: string): Promise<void> {
    return this.call('DELETE', `/assets/${id}`);
  }

  private async call<Reply = void>(
    method: WireRequest['method'],
    path: string,
    options: CallOptions = {},
  ): Promise<Reply> {
    for (let attempt = 0; ; ++attempt) {
      const reply = await this.send(method, path, options);
      if (reply.status < 400) return reply.body as Reply;
      const problem = problemOf(reply.status, reply.body, reply.header('Retry-After'));
      if (hasCode(problem, 'csrf_missing') && attempt === 0) {
        await this.me();
        continue;
      }
      const waitMs = problem.retryAfterMs;
      const isBusy = method === 'GET' && (problem.status === 503 || problem.status === 429);
      if (isBusy && attempt < kBusyRetries && waitMs !== undefined && waitMs <= kLongestWaitMs) {
        await this.wait(waitMs);
        continue;
      }
      if (problem.status === 401 && path !== '/sessions') this.options.onSignedOut?.();
      throw problem;
    }
  }

  private send(method: WireRequest['method'], path: string, options: CallOptions): Promise<WireReply> {
    const headers: Record<string, string> = {
      Accept: 'application/json',
      'Accept-Language': this.options.language(),
      ...options.headers,
    };
    if (options.body !== undefined) headers['Content-Type'] = 'application/json';
    if (method !== 'GET') Object.assign(headers, this.sessionHeaders());
    return this.options.transport.send({
      method,
      path: kBase + path + queryText(options.query),
      headers,
      body: options.body,
      bytes: options.bytes,
      keepalive: options.keepalive,
    });
  }

  private wait(ms: number): Promise<void> {
    if (this.options.wait) return this.options.wait(ms);
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

function queryText(query: Query = {}): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : '';
}
