// A data folder with published lessons for the benchmarks of serving, made through the API once and kept, so that the noise is not
// encoded for each run. FRESH=1 makes it anew.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { made } from '../harness/clips.mjs';
import { createPeople, Server } from '../harness/server.mjs';
import { readyAsset } from './bench.mjs';

const folder = join(tmpdir(), `weike-bench-${process.getuid()}`, 'serving-1');
const data = join(folder, 'data');
const notes = join(folder, 'published.json');

// 26 s of noise at 6.2 Mbit/s, segments of 3 MB, then a plain picture: 20 MB in all. It conforms, so that it becomes the top rung as it is,
// and noise fills the other rungs up to their caps.
function grainyClip() {
  return made('serving-1080.mp4', '-f', 'lavfi', '-i', 'testsrc2=s=1920x1080:r=30:d=34', '-f', 'lavfi', '-i', 'sine=440:d=34',
    '-vf', "noise=alls=40:allf=t:enable='lt(t,26)'", '-c:v', 'libx264', '-preset', 'superfast', '-profile:v', 'high', '-level', '4.0',
    '-crf', '20', '-maxrate', '6200k', '-bufsize', '2000k', '-g', '60', '-keyint_min', '60', '-sc_threshold', '0', '-pix_fmt', 'yuv420p',
    '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-c:a', 'aac', '-movflags', '+faststart');
}

async function publish({ publisher, reviewer }, asset, channel, number, summary) {
  const body = {
    title: `第 ${number} 课：把会议室里的文件讲成故事`, kind: 'micro_lesson', asset_id: asset, audience: 'public', channel, summary,
    tags: ['微党课', '方法'], teacher: '周敏',
  };
  const { id } = (await publisher.post('/lessons', body)).expect(201).json;
  for (const [who, step] of [[publisher, 'submit'], [reviewer, 'approve'], [publisher, 'publish']]) {
    (await who.post(`/lessons/${id}/${step}`)).expect(200);
  }
  return id;
}

async function make() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const people = createPeople(data);
  // The AV1 rung would be made while others are measured.
  const server = await Server.start({ data, config: { media: { av1: false } } });
  try {
    const who = { publisher: await server.logIn(people.publisher), reviewer: await server.logIn(people.reviewer) };
    const asset = await who.publisher.upload(grainyClip());
    const { renditions } = await readyAsset(who.publisher, asset);
    let lesson;
    for (let i = 1; i <= 20; ++i) lesson = await publish(who, asset, 'micro-lessons', i, '一个人，一件事，一个道理。');
    // Cards of 2 KB: one makes the small page, four the larger one.
    for (let i = 1; i <= 4; ++i) await publish(who, asset, 'exemplary', i, '一个人，一件事，一个道理。'.repeat(16));
    writeFileSync(notes, JSON.stringify({ lesson, asset, renditions }));
  } finally {
    await server.stop();
  }
}

/** { data, lesson }: the folder for `Server.start`, and the id of a lesson that everybody may see. */
export async function published() {
  if (process.env.FRESH || !existsSync(notes)) await make();
  return { data, ...JSON.parse(readFileSync(notes, 'utf8')) };
}

/** All segments of a lesson, { path, bytes }, and its films, { path, size }. */
export async function mediaOf(guest, lesson) {
  const { hls_url } = (await guest.get(`/lessons/${lesson}/playback`)).expect(200).json;
  const base = hls_url.replace(/master[^/]*\.m3u8$/, '');
  const master = (await guest.send('GET', hls_url)).expect(200).text;
  const segments = [];
  const films = [];
  for (const rung of new Set([...master.matchAll(/([\w-]+)\/index\.m3u8/g)].map(([, name]) => name))) {
    const playlist = (await guest.send('GET', `${base}${rung}/index.m3u8`)).expect(200).text;
    for (const name of playlist.match(/^\d+\.m4s/gm)) {
      const path = `${base}${rung}/${name}`;
      segments.push({ path, bytes: (await guest.send('GET', path)).expect(200).body });
    }
    const film = await guest.send('GET', `${base}${rung}.mp4`);
    if (film.status === 200) films.push({ path: `${base}${rung}.mp4`, bytes: film.body });
  }
  return { segments, films };
}
