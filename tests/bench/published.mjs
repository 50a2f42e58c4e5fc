// A data folder with published lessons for the benchmarks of serving, made through the API once and kept, so that the noise is not
// encoded for each run. FRESH=1 makes it anew.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { made } from '../harness/clips.mjs';
import { createPeople, Server } from '../harness/server.mjs';
import { readyAsset } from './bench.mjs';

const folder = join(tmpdir(), `weike-bench-${process.getuid()}`, 'serving-2');
const data = join(folder, 'data');
const notes = join(folder, 'published.json');

const x264 = ['-c:v', 'libx264', '-preset', 'superfast', '-profile:v', 'high', '-g', '60', '-keyint_min', '60', '-sc_threshold', '0', '-pix_fmt', 'yuv420p',
  '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-c:a', 'aac', '-movflags', '+faststart'];
const input = (size, seconds) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=30:d=${seconds}`, '-f', 'lavfi', '-i', `sine=440:d=${seconds}`];

// Noise at 6.2 Mbit/s in segments of 3 MB, then a plain picture that keeps the average low enough for a copy: 21 MB in all, which become
// the top rung as they are.
const turnsPlain = "noise=alls=40:allf=t:enable='lt(t,28)',drawbox=y=ih/8:h=ih:color=gray:t=fill:enable='gte(t,28)'";
const longClip = () =>
  made('serving-copied.mp4', ...input('1920x1080', 34), '-vf', turnsPlain, ...x264, '-level', '4.0', '-crf', '30', '-maxrate', '6200k', '-bufsize', '2000k');

// Noise fills the top rung up to its cap, which follows from the size: segments of 100 KB, 512 KB and 1 MB.
const shortClips = () => ['338x190', '764x430', '1066x600'].map((size) =>
  made(`serving-${size}.mp4`, ...input(size, 14), '-vf', 'noise=alls=40:allf=t', ...x264, '-crf', '20'));

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
    const assets = [];
    for (const clip of [longClip(), ...shortClips()]) assets.push(await who.publisher.upload(clip));
    for (const asset of assets) await readyAsset(who.publisher, asset);
    const lessons = [];
    for (const [i, asset] of assets.entries()) lessons.push(await publish(who, asset, 'news', i + 1, ''));
    for (let i = 1; i <= 20; ++i) await publish(who, assets[0], 'micro-lessons', i, '一个人，一件事，一个道理。');
    // Cards of 2 KB: one makes the small page, four the larger one.
    for (let i = 1; i <= 4; ++i) await publish(who, assets[0], 'exemplary', i, '一个人，一件事，一个道理。'.repeat(9));
    writeFileSync(notes, JSON.stringify({ lessons }));
  } finally {
    await server.stop();
  }
}

/** { data, lessons }: the folder for `Server.start`, and ids of lessons that everybody may see. */
export async function published() {
  if (process.env.FRESH || !existsSync(notes)) await make();
  return { data, ...JSON.parse(readFileSync(notes, 'utf8')) };
}

/** All segments of lessons and their films, { path, bytes }. */
export async function mediaOf(guest, lessons) {
  const segments = [];
  const films = [];
  const read = async (path) => ({ path, bytes: (await guest.send('GET', path)).expect(200).body });
  for (const lesson of lessons) {
    const { hls_url } = (await guest.get(`/lessons/${lesson}/playback`)).expect(200).json;
    const base = hls_url.replace(/master[^/]*\.m3u8$/, '');
    const master = (await read(hls_url)).bytes.toString();
    for (const rung of new Set([...master.matchAll(/([\w-]+)\/index\.m3u8/g)].map(([, name]) => name))) {
      const playlist = (await read(`${base}${rung}/index.m3u8`)).bytes.toString();
      for (const name of playlist.match(/^\d+\.m4s/gm)) segments.push(await read(`${base}${rung}/${name}`));
      if (rung.startsWith('v')) films.push(await read(`${base}${rung}.mp4`));
    }
  }
  return { segments, films };
}
