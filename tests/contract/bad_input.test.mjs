// Everything hostile or broken that issue 2 lists, against the real server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { clip, made } from '../harness/clips.mjs';
import { hugeFrame } from '../harness/huge_frame.mjs';
import { childrenOf } from '../harness/processes.mjs';
import { createPeople, Server, temporaryFolder, until } from '../harness/server.mjs';

const missingId = 'f'.repeat(32);

/** Sends bytes to the server as they are and returns the status line. */
function rawStatus(port, text) {
  return new Promise((done, fail) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer within 5 s')));
    socket.on('data', (bytes) => {
      answer += bytes;
      if (answer.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', fail);
    socket.on('close', () => done(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])));
  });
}

describe('bad input', () => {
  let data, server, publisher, otherPublisher, reviewer, member, guest, canary;
  let canaryHits = 0;
  let lessonA, lessonB;

  async function readyLesson(title, seconds) {
    const asset = await publisher.upload(clip({ seconds, size: '320x240' }), { filename: `${title}.mp4` });
    await until(async () => (await publisher.get(`/assets/${asset}`)).json.publishable, { what: 'publishable', everyMs: 200 });
    const { id } = (await publisher.post('/lessons', { title, kind: 'news', asset_id: asset, audience: 'public' })).expect(201).json;
    (await publisher.post(`/lessons/${id}/submit`)).expect(200);
    (await reviewer.post(`/lessons/${id}/approve`)).expect(200);
    (await publisher.post(`/lessons/${id}/publish`)).expect(200);
    return id;
  }

  before(async () => {
    data = temporaryFolder();
    const people = createPeople(data);
    server = await Server.start({ data });
    guest = server.client();
    publisher = await server.logIn(people.publisher);
    otherPublisher = await server.logIn(people.otherPublisher);
    reviewer = await server.logIn(people.reviewer);
    member = await server.logIn(people.member);
    canary = http.createServer((_, response) => {
      canaryHits += 1;
      response.end();
    });
    await new Promise((done) => canary.listen(0, '127.0.0.1', done));
    lessonA = await readyLesson('第一课', 2);
    lessonB = await readyLesson('第二课', 3);
  });
  after(async () => {
    canary?.close();
    await server?.stop();
  });

  /** The refusal of bytes whose first 4 KiB show what they are, by both ways of sending. */
  async function refusedAtOnce(bytes, filename) {
    const withUpload = await publisher.createUpload(bytes.length, { filename, body: bytes });
    withUpload.problem(415);
    const location = (await publisher.createUpload(bytes.length, { filename })).expect(201).headers.location;
    (await publisher.patchUpload(location, 0, bytes)).problem(415);
  }

  /** Uploads what only the probe can see through and returns the cause, told within 5 s. */
  async function rejected(bytes, filename) {
    const id = await publisher.upload(bytes, { filename });
    const asset = await until(async () => {
      const seen = (await publisher.get(`/assets/${id}`)).expect(200).json;
      assert.notEqual(seen.state, 'ready');
      assert.notEqual(seen.state, 'failed', JSON.stringify(seen.cause));
      return seen.state === 'rejected' && seen;
    }, { what: 'a rejected asset', timeoutMs: 5000 });
    assert.ok(asset.cause.title && asset.cause.hint, JSON.stringify(asset.cause));
    assert.equal(asset.hls_url, null);
    (await publisher.api('DELETE', `/assets/${id}`)).expect(204);
    return asset.cause.code;
  }

  describe('files', () => {
    test('a text file named .mp4', () => refusedAtOnce(Buffer.from('这不是视频。\n'.repeat(1000)), 'notes.mp4'));

    test('an HLS playlist that points to a local file', () =>
      refusedAtOnce(Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'), 'list.mp4'));

    test('an HLS playlist that points to http', () => {
      const target = `http://127.0.0.1:${canary.address().port}/secret.ts`;
      return refusedAtOnce(Buffer.from(`#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${target}\n#EXT-X-ENDLIST\n`), 'list.mp4');
    });

    test('an ffconcat list of local files', () =>
      refusedAtOnce(Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\nduration 4\n"), 'concat.mp4'));

    test('a playlist behind the head of a video', async () => {
      const target = `http://127.0.0.1:${canary.address().port}/secret.ts`;
      const head = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\0\0isommp42')]);
      await rejected(Buffer.concat([head, Buffer.from(`#EXTM3U\n#EXTINF:4,\n${target}\n`)]), 'both.mp4');
    });

    test('a truncated file', async () => {
      const whole = made('moov-last.mp4', '-f', 'lavfi', '-i', 'testsrc2=s=320x240:d=3', '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
      await rejected(whole.subarray(0, Math.floor(whole.length / 2)), 'cut.mp4');
    });

    test('a frame of 16384×16384', async () => {
      assert.equal(await rejected(hugeFrame(), 'huge.mp4'), 'frame_too_large');
    });

    test('an audio file', async () => {
      const sound = made('sound.m4a', '-f', 'lavfi', '-i', 'sine=440:d=3', '-c:a', 'aac');
      assert.equal(await rejected(sound, 'sound.mp4'), 'no_video');
    });

    test('an audio file that says so', () =>
      refusedAtOnce(made('sound.mp3', '-f', 'lavfi', '-i', 'sine=440:d=3', '-c:a', 'libmp3lame'), 'sound.mp4'));

    test('a name or a type that is no video', async () => {
      for (const declared of [{ filename: 'list.m3u8' }, { filename: 'sound.mp3' }, { filetype: 'text/html' }]) {
        (await publisher.createUpload(1000, declared)).problem(415, 'not_a_video');
      }
    });

    test('zero bytes', async () => {
      const reply = await publisher.createUpload(0);
      assert.ok([400, 413, 415].includes(reply.status), `${reply.status}`);
      reply.problem(reply.status);
    });

    test('more bytes than may be declared', async () => {
      (await publisher.createUpload(3 * 1024 ** 3)).problem(413);
    });

    test('more bytes than were declared', async () => {
      const bytes = clip({ seconds: 2, size: '320x240' });
      const location = (await publisher.createUpload(bytes.length - 10)).expect(201).headers.location;
      const reply = await publisher.patchUpload(location, 0, bytes);
      assert.ok([400, 413].includes(reply.status), `${reply.status}`);
      (await publisher.send('DELETE', location, { headers: { 'tus-resumable': '1.0.0' } })).expect(204);
    });

    test('no file made the server open a connection', () => assert.equal(canaryHits, 0));
  });

  describe('uploads', () => {
    test("someone else's upload", async () => {
      const bytes = clip({ seconds: 2, size: '320x240' });
      const location = (await publisher.createUpload(bytes.length)).expect(201).headers.location;
      for (const stranger of [otherPublisher, member]) {
        (await stranger.send('GET', location)).problem(404);
        (await stranger.headUpload(location)).expect(404);
        (await stranger.patchUpload(location, 0, bytes)).problem(404);
        (await stranger.send('DELETE', location, { headers: { 'tus-resumable': '1.0.0' } })).problem(404);
      }
      assert.equal((await publisher.headUpload(location)).expect(200).headers['upload-offset'], '0');
      (await publisher.send('DELETE', location, { headers: { 'tus-resumable': '1.0.0' } })).expect(204);
    });

    test('a member may not upload', async () => void (await member.createUpload(1000)).problem(403));

    test('a wrong checksum keeps nothing', async () => {
      const bytes = clip({ seconds: 2, size: '320x240' });
      const location = (await publisher.createUpload(bytes.length)).expect(201).headers.location;
      const headers = { 'upload-checksum': `sha1 ${Buffer.alloc(20).toString('base64')}` };
      (await publisher.patchUpload(location, 0, bytes, headers)).problem(460);
      assert.equal((await publisher.headUpload(location)).headers['upload-offset'], '0');
      (await publisher.patchUpload(location, 0, bytes, { 'upload-checksum': 'crc32 AAAAAA==' })).problem(400);
      (await publisher.patchUpload(location, 7, bytes)).problem(409);
      (await publisher.patchUpload(location, 0, bytes, { 'content-type': 'video/mp4' })).problem(415);
      (await publisher.patchUpload(location, 0, bytes, { 'tus-resumable': '0.2.2' })).problem(412);
      (await publisher.send('DELETE', location, { headers: { 'tus-resumable': '1.0.0' } })).expect(204);
    });
  });

  describe('JSON', () => {
    const send = (body, type = 'application/json') =>
      publisher.send('POST', '/api/v1/lessons', { headers: { 'content-type': type }, body });

    test('a body that is no JSON', async () => {
      for (const body of ['{"title": ', '', 'title=x', '\xff\xfe', '[1,2', '{"a":1}}']) (await send(body)).problem(400, 'malformed_json');
    });
    test('deep nesting', async () => void (await send('['.repeat(100_000))).problem(400));
    test('another content type', async () => void (await send('{}', 'text/plain')).problem(415));
    test('too large a body', async () => void (await send(JSON.stringify({ title: 'x'.repeat(300_000) }))).problem(413));

    const good = { title: '题', kind: 'news', asset_id: missingId };
    const rows = [
      ['an unknown field', { ...good, colour: 'red' }, 'colour'],
      ['a missing field', { kind: 'news', asset_id: missingId }, 'title'],
      ['a wrong type', { ...good, title: 7 }, 'title'],
      ['null for a string', { ...good, title: null }, 'title'],
      ['a wrong type inside a list', { ...good, tags: [1] }, 'tags'],
      ['an unknown word', { ...good, kind: 'song' }, 'kind'],
      ['a title of 81 characters', { ...good, title: '字'.repeat(81) }, 'title'],
      ['an empty title', { ...good, title: '' }, 'title'],
      ['21 tags', { ...good, tags: Array.from({ length: 21 }, (_, i) => `t${i}`) }, 'tags'],
      ['an id that is none', { ...good, asset_id: '../../etc/passwd' }, 'asset_id'],
    ];
    for (const [name, body, field] of rows) {
      test(name, async () => {
        const problem = (await publisher.post('/lessons', body)).problem(400);
        assert.match(problem.field ?? '', new RegExp(`^${field}`));
      });
    }

    test('messages in Chinese, and in English when that is preferred', async () => {
      const chinese = (await publisher.post('/lessons', {})).problem(400);
      const english = (await publisher.post('/lessons', {}, { 'accept-language': 'en-GB, zh;q=0.5' })).problem(400);
      assert.match(chinese.title, /[\u4e00-\u9fff]/);
      assert.match(english.title, /^[\x20-\x7e]+$/);
      assert.equal(chinese.code, english.code);
    });

    test('hostile heartbeats', async () => {
      const beat = (ranges_ms, lesson_id = lessonA) => ({ items: [{ id: '1', lesson_id, ranges_ms, at: new Date().toISOString() }] });
      for (const ranges of [[[-1, 5]], [[0, 1e30]], [[0]], [['0', '5']], 'x', Array.from({ length: 201 }, () => [0, 1])]) {
        const reply = await member.post('/me/heartbeats', beat(ranges));
        assert.ok(reply.status === 400 || (reply.status === 200 && reply.json.items[0].status === 'rejected'), `${JSON.stringify(ranges).slice(0, 40)}: ${reply.status} ${reply.text}`);
      }
      (await member.post('/me/heartbeats', { items: Array.from({ length: 101 }, () => beat([[0, 1]]).items[0]) })).problem(400);
      const unknown = (await member.post('/me/heartbeats', beat([[0, 1000]], missingId))).expect(200).json;
      assert.equal(unknown.items[0].status, 'rejected');
      assert.deepEqual((await member.get('/me/progress')).json.items, []);
    });
  });

  describe('ids, cursors, signatures, paths', () => {
    test('an id that does not exist, or is none', async () => {
      for (const id of [missingId, 'x', '0', '%00', 'A'.repeat(32), 'é'.repeat(16)]) {
        const path = encodeURI(id).replace('%25', '%');
        for (const kind of ['assets', 'lessons', 'uploads']) {
          const reply = await publisher.get(`/${kind}/${path}`);
          assert.ok(reply.status === 404 || (path.includes('%00') && reply.status === 400), `${kind}/${path}: ${reply.status}`);
        }
      }
      (await publisher.post(`/lessons/${missingId}/submit`)).problem(404);
    });

    test('a cursor that was tampered with', async () => {
      const { next_cursor } = (await guest.get('/feed?limit=1')).expect(200).json;
      assert.ok(next_cursor);
      const last = next_cursor.at(-1) === 'A' ? 'B' : 'A';
      const first = next_cursor[0] === 'A' ? 'B' : 'A';
      for (const cursor of [first + next_cursor.slice(1), next_cursor.slice(0, -1) + last, next_cursor.slice(0, 8), 'x', '%00', 'A'.repeat(600)]) {
        (await guest.get(`/feed?limit=1&cursor=${cursor}`)).problem(400);
      }
      (await guest.get(`/feed?limit=1&cursor=${next_cursor}`)).expect(200);
      for (const limit of ['0', '51', '-1', 'x', '1e3']) (await guest.get(`/feed?limit=${limit}`)).problem(400);
    });

    test('a signature for another lesson', async () => {
      const [a, b] = await Promise.all([lessonA, lessonB].map(async (id) => (await guest.get(`/lessons/${id}/playback`)).expect(200).json.hls_url));
      const token = a.split('/')[3];
      const assetB = b.split('/')[2];
      (await guest.send('GET', `/media/${assetB}/${token}/master.m3u8`)).problem(403, 'bad_signature');
      (await guest.send('GET', `/media/${assetB}/${token}/v360/0.m4s`, { headers: { range: 'bytes=0-9' } })).problem(403, 'bad_signature');
      for (const broken of ['x', token.slice(0, -2), `${token}AA`, token.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'))]) {
        (await guest.send('GET', a.replace(token, broken))).problem(403, 'bad_signature');
      }
    });

    test('paths that climb', async () => {
      const playback = (await guest.get(`/lessons/${lessonA}/playback`)).json.hls_url.replace(/master\.m3u8$/, '');
      const climbs = ['..', '%2e%2e', '.%2e', '%2E.', '..%2f..', '%2e%2e%2f', '..%5c..', '%252e%252e'];
      for (const climb of climbs) {
        for (const path of [`/${climb}/${climb}/etc/passwd`, `/assets/${climb}/${climb}/index.html`, `${playback}${climb}/plan.json`, `${playback}v360/${climb}/plan.json`, `/api/v1/lessons/${climb}`]) {
          const reply = await guest.send('GET', path);
          // Decoded once, "%252e" is a name like any other; the pages answer for those.
          const isPage = climb.includes('%25') && reply.headers['content-type'].startsWith('text/html');
          assert.ok(isPage || [400, 401, 404].includes(reply.status), `${path}: ${reply.status}`);
          assert.doesNotMatch(reply.text, /root:|source_sha256/);
        }
      }
      for (const name of ['plan.json', 'v360', 'v360/', 'v360//0.m4s', '%00', 'v360/0.m4s%00.jpg', '/etc/passwd']) {
        const reply = await guest.send('GET', playback + name);
        assert.ok([400, 404].includes(reply.status), `${name}: ${reply.status}`);
      }
    });

    test('requests that two servers would read differently', async () => {
      const host = 'Host: localhost\r\n';
      const rows = [
        [`GET /healthz HTTP/1.1\r\n\r\n`, 400],
        [`GET /healthz HTTP/1.1\r\n${host}${host}\r\n`, 400],
        [`POST /api/v1/sessions HTTP/1.1\r\n${host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
        [`POST /api/v1/sessions HTTP/1.1\r\n${host}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400],
        [`POST /api/v1/sessions HTTP/1.1\r\n${host}Content-Length: 2, 3\r\n\r\n{}`, 400],
        [`POST /api/v1/sessions HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, 400],
        [`GET /healthz HTTP/1.1\r\n${host}X : y\r\n\r\n`, 400],
        [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 414],
        [`GET /healthz HTTP/1.1\r\n${host}X: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
      ];
      for (const [text, status] of rows) {
        const seen = await rawStatus(server.port, text);
        assert.ok(seen === status || (status > 400 && [400, 413, 414, 431].includes(seen)), `${text.slice(0, 90)}: ${seen}`);
      }
    });
  });

  const hasFaketime = spawnSync('faketime', ['--version']).error === undefined;
  test('an expired signature', { skip: hasFaketime ? false : 'skipped: no faketime' }, async () => {
    const { hls_url } = (await guest.get(`/lessons/${lessonA}/playback`)).expect(200).json;
    (await guest.send('GET', hls_url)).expect(200);
    await server.stop();
    // AddressSanitizer wants to be loaded first; behind faketime it works as well.
    const sanitizer = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':');
    const env = { ...process.env, DONT_FAKE_MONOTONIC: '1', ASAN_OPTIONS: sanitizer };
    const tomorrow = await Server.start({ data, wrapper: ['faketime', '-f', '+13h'], env });
    (await tomorrow.client().send('GET', hls_url)).problem(403, 'link_expired');
    const fresh = (await tomorrow.client().get(`/lessons/${lessonA}/playback`)).expect(200).json.hls_url;
    (await tomorrow.client().send('GET', fresh)).expect(200);
    await tomorrow.stop();
    server = await Server.start({ data, port: server.port });
  });

  test('after all of it the server is whole', async () => {
    await until(() => childrenOf(server.pid).length === 0, { what: 'no child left behind', timeoutMs: 10_000 });
    assert.ok(readdirSync(`/proc/${server.pid}/fd`).length < 200, 'descriptors are not leaked');
    (await guest.send('GET', '/healthz')).expect(200);
    const asset = await publisher.upload(clip({ seconds: 2, size: '320x240' }));
    await until(async () => (await publisher.get(`/assets/${asset}`)).json.state === 'ready', { what: 'ready', everyMs: 200 });
  });
});
