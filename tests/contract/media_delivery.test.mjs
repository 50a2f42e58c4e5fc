// What a player asks for while the lesson is made and when it is ready, with every reply held against api/openapi.yaml.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { clip } from '../harness/clips.mjs';
import { observers } from '../harness/client.mjs';
import { createPeople, Server, temporaryFolder, until } from '../harness/server.mjs';
import { OpenApi } from './openapi.mjs';

const seconds = 14; // Segments of 2, 4, 4 and 4 s.

function probe(file, ...query) {
  const run = spawnSync('ffprobe', ['-v', 'error', ...query, '-of', 'json', file], { encoding: 'utf8' });
  assert.equal(run.stderr, '');
  return JSON.parse(run.stdout);
}

describe('media delivery, by the contract', () => {
  const openapi = new OpenApi();
  const watch = (method, path, reply) => openapi.check(method, path, reply);
  const folder = temporaryFolder();
  let server, publisher, guest, asset, lesson, base;

  const stateOf = async () => (await publisher.get(`/assets/${asset}`)).expect(200).json;
  const playback = async (query = '') =>
    (await publisher.get(`/lessons/${lesson}/playback?version=working${query}`)).expect(200).json;
  const media = (name, headers) => guest.send('GET', base + name, { headers });
  // As a player does: on a slow machine a request may be told to come again.
  const patiently = async (name) => {
    for (let tries = 0; tries < 10; ++tries) {
      const reply = await media(name);
      if (reply.status !== 503) return reply.expect(200);
      reply.problem(503, 'segment_not_ready');
      assert.equal(reply.headers['retry-after'], '2');
    }
    throw new Error(`${name} never came`);
  };
  const video = (master) => [...master.matchAll(/^(v\w+[-\w]*)\/index\.m3u8$/gm)].map(([, name]) => name);

  before(async () => {
    const data = temporaryFolder();
    const people = createPeople(data);
    server = await Server.start({ data, config: { media: { transcode_workers: 1 } } });
    observers.push(watch);
    guest = server.client();
    publisher = await server.logIn(people.publisher);
    asset = await publisher.upload(clip({ seconds, size: '854x480' }));
    const body = { title: '边转边看', kind: 'micro_lesson', asset_id: asset };
    lesson = (await publisher.post('/lessons', body)).expect(201).json.id;
    await until(async () => (await stateOf()).playable, { what: 'playable', everyMs: 20 });
    base = (await playback()).hls_url.replace(/master[^/]*$/, '');
  });
  after(async () => {
    observers.splice(observers.indexOf(watch), 1);
    await server?.stop();
  });

  test('segments that are not made yet come when they are asked for', async () => {
    const rungs = video((await media('master.m3u8')).expect(200).text);
    assert.ok(rungs.length > 0);
    const wanted = rungs.flatMap((rung) => [`${rung}/3.m4s`, `${rung}/2.m4s`]).concat('a128/3.m4s');

    const replies = await Promise.all(wanted.concat(wanted).map(patiently));

    for (const [i, name] of wanted.entries()) assert.deepEqual(replies[i].body, replies[i + wanted.length].body, name);
    (await media('v360/4.m4s')).problem(404);
  });

  test('at ready there are measured rates, I-frames, a manifest, pictures and whole files', async () => {
    await until(async () => (await stateOf()).state === 'ready', { what: 'ready', everyMs: 200, timeoutMs: 120_000 });
    const measured = async () => /AVERAGE-BANDWIDTH/.test((await media('master.m3u8')).expect(200).text);
    await until(measured, { what: 'measured rates', everyMs: 500 });
    const [rung] = video((await media('master.m3u8')).text);
    const types = {
      'master.m3u8': 'application/vnd.apple.mpegurl',
      'master.av1.m3u8': 'application/vnd.apple.mpegurl',
      'manifest.mpd': 'application/dash+xml',
      'manifest.av1.mpd': 'application/dash+xml',
      [`${rung}/iframes.m3u8`]: 'application/vnd.apple.mpegurl',
      [`${rung}/0.m4s`]: 'video/mp4',
      [`${rung}.mp4`]: 'video/mp4',
      'a128/0.m4s': 'audio/mp4',
      'poster.jpg': 'image/jpeg',
      'cover_1_16x9.webp': 'image/webp',
      'storyboard.vtt': 'text/vtt; charset=utf-8',
    };

    for (const [name, type] of Object.entries(types)) {
      assert.equal((await media(name)).expect(200).headers['content-type'], type, name);
    }
    const picture = (await media('storyboard.vtt')).text.match(/^(\S+)#xywh=/m)[1];
    assert.equal((await media(picture)).expect(200).headers['content-type'], 'image/jpeg');
  });

  test('a whole rung is one playable file, also in pieces', async () => {
    const { mp4_urls: files } = await playback('&codecs=av01');
    assert.ok(files.length > 0);
    for (const { url, width, height, size_bytes } of files) {
      const whole = (await guest.send('GET', url)).expect(200);
      const half = Math.floor(whole.body.length / 2);
      const headers = { 'if-range': whole.headers.etag };
      const first = (await guest.send('GET', url, { headers: { ...headers, range: `bytes=0-${half - 1}` } })).expect(206);
      const second = (await guest.send('GET', url, { headers: { ...headers, range: `bytes=${half}-` } })).expect(206);
      const file = join(folder, 'whole.mp4');
      writeFileSync(file, whole.body);

      const { streams } = probe(file, '-count_frames', '-show_entries', 'stream=codec_type,width,height,nb_read_frames,duration');
      const picture = streams.find(({ codec_type }) => codec_type === 'video');
      const sound = streams.find(({ codec_type }) => codec_type === 'audio');

      assert.ok(Buffer.concat([first.body, second.body]).equals(whole.body));
      assert.equal((await guest.send('HEAD', url)).expect(200).headers['content-length'], String(whole.body.length));
      assert.ok(Math.abs(size_bytes / whole.body.length - 1) < 0.1, `${size_bytes} for ${whole.body.length}`);
      assert.deepEqual([picture.width, picture.height, Number(picture.nb_read_frames)], [width, height, seconds * 25]);
      assert.ok(Math.abs(picture.duration - sound.duration) <= 0.04, `${picture.duration} s, ${sound.duration} s`);
    }
  });
});
