import { describe, expect, it } from 'vitest';

import { ProblemError } from '../problem';
import type { Transport, WireReply, WireRequest } from '../transport';
import { WeikeClient } from '../weike_client';

function reply(status: number, body: unknown = undefined, headers: Record<string, string> = {}): WireReply {
  return { status, body, header: (name) => headers[name] ?? null };
}
const problem = (status: number, code: string, headers = {}) => reply(status, { status, code, title: '标题', detail: '办法', request_id: 'r1' }, headers);

// Answers from a list, in order, and keeps what was asked.
function stage(...replies: WireReply[]) {
  const asked: WireRequest[] = [];
  const waits: number[] = [];
  let signedOut = 0;
  const transport: Transport = {
    send: (request) => {
      asked.push(request);
      return Promise.resolve(replies.shift() ?? reply(500));
    },
  };
  const client = new WeikeClient({
    transport,
    language: () => 'en',
    onSignedOut: () => { ++signedOut; },
    wait: (ms) => { waits.push(ms); return Promise.resolve(); },
  });
  return { client, asked, waits, signedOut: () => signedOut };
}

const session = reply(201, { token: 't', expires_at: '', csrf_token: 'c1', account: { id: 'a' } });

describe('WeikeClient', () => {
  it('sends the CSRF token with every changing call, and only there', async () => {
    const { client, asked } = stage(session, reply(200, { items: [] }), reply(200, {}));
    await client.signIn('ada', 'secret');

    await client.channels();
    await client.submitLesson('l1');

    expect(asked[1]!.headers['X-CSRF-Token']).toBeUndefined();
    expect(asked[2]!.headers['X-CSRF-Token']).toBe('c1');
  });

  it('gets a new CSRF token when the old one is not taken, and tries again', async () => {
    const { client, asked } = stage(problem(403, 'csrf_missing'), reply(200, { csrf_token: 'c2' }), reply(200, { id: 'l1' }));

    await client.submitLesson('l1');

    expect(asked.map((request) => request.path)).toEqual(['/api/v1/lessons/l1/submit', '/api/v1/me', '/api/v1/lessons/l1/submit']);
    expect(asked[2]!.headers['X-CSRF-Token']).toBe('c2');
  });

  it('sends a file of captions as it is', async () => {
    const { client, asked } = stage(reply(201, { id: '0123456789ab' }));
    const file = new Blob(['1\n00:00:01,000 --> 00:00:02,000\nA\n']);

    const { id } = await client.addCaptions('a1', 'zh-CN', '中文', file);

    expect(id).toBe('0123456789ab');
    expect(asked[0]!.method).toBe('PUT');
    expect(asked[0]!.path).toBe('/api/v1/assets/a1/captions?language=zh-CN&label=%E4%B8%AD%E6%96%87');
    expect(asked[0]!.bytes).toBe(file);
    expect(asked[0]!.headers['Content-Type']).toBeUndefined();
  });

  it('asks in the language of the page and escapes its query', async () => {
    const { client, asked } = stage(reply(200, { items: [], next_cursor: null }));

    await client.feed({ channel: 'a&b', cursor: undefined, limit: 20 });

    expect(asked[0]!.path).toBe('/api/v1/feed?channel=a%26b&limit=20');
    expect(asked[0]!.headers['Accept-Language']).toBe('en');
  });

  it('says what the player can show, if that is known', async () => {
    const { client, asked } = stage(reply(200, {}), reply(200, {}), reply(200, {}), reply(200, {}));

    await client.lesson('l1');
    await client.lesson('l1', 'avc1,av01');
    await client.playback('l1');
    await client.playback('l1', 'working', 'avc1');

    expect(asked.map((request) => request.path)).toEqual([
      '/api/v1/lessons/l1', '/api/v1/lessons/l1?codecs=avc1%2Cav01',
      '/api/v1/lessons/l1/playback?version=live', '/api/v1/lessons/l1/playback?version=working&codecs=avc1',
    ]);
  });

  it('throws the problem the server described', async () => {
    const { client } = stage(problem(410, 'lesson_recalled'));

    const error = await client.playback('l1').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 410, code: 'lesson_recalled', title: '标题', detail: '办法', requestId: 'r1' });
  });

  it('makes a problem of a page some proxy sent', async () => {
    const { client } = stage(reply(502));

    await expect(client.channels()).rejects.toMatchObject({ status: 502, code: 'http_502' });
  });

  it('waits as told when the server is busy, for reading calls only', async () => {
    const busy = () => problem(503, 'unavailable', { 'Retry-After': '2' });
    const { client, waits, asked } = stage(busy(), reply(200, { items: [] }), busy());

    await client.channels();
    await expect(client.submitLesson('l1')).rejects.toMatchObject({ status: 503, retryAfterMs: 2_000 });

    expect(waits).toEqual([2_000]);
    expect(asked).toHaveLength(3);
  });

  it('tells when the session is over, but not when a password was wrong', async () => {
    const { client, signedOut } = stage(problem(401, 'bad_credentials'), problem(401, 'unauthorized'));

    await client.signIn('ada', 'wrong').catch(() => {});
    expect(signedOut()).toBe(0);
    await client.progress({}).catch(() => {});

    expect(signedOut()).toBe(1);
  });
});
