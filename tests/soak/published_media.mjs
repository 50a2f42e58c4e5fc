// A lesson that everybody may see, for visitors to stream.
import { clip } from '../harness/clips.mjs';
import { until } from '../harness/server.mjs';

/** Publishes a short lesson and gives the paths of its signed playlists, segments and films. */
export async function publishedMedia({ publisher, reviewer, guest }) {
  const asset_id = await publisher.upload(clip({ seconds: 8 }));
  await until(async () => (await publisher.get(`/assets/${asset_id}`)).expect(200).json.state === 'ready', { what: 'a ready video', timeoutMs: 300_000, everyMs: 200 });
  const lesson = { title: '一课', kind: 'micro_lesson', asset_id, audience: 'public', channel: 'micro-lessons' };
  const { id } = (await publisher.post('/lessons', lesson)).expect(201).json;
  for (const [who, step] of [[publisher, 'submit'], [reviewer, 'approve'], [publisher, 'publish']]) {
    (await who.post(`/lessons/${id}/${step}`)).expect(200);
  }

  const { hls_url } = (await guest.get(`/lessons/${id}/playback`)).expect(200).json;
  const base = hls_url.replace(/master[^/]*\.m3u8$/, '');
  const read = async (path) => (await guest.send('GET', path)).expect(200).text;
  const paths = [hls_url];
  const rungs = [...(await read(hls_url)).matchAll(/([\w-]+)\/index\.m3u8/g)].map(([, name]) => name);
  for (const rung of new Set(rungs)) {
    const playlist = `${base}${rung}/index.m3u8`;
    const segments = (await read(playlist)).match(/^\d+\.m4s/gm).map((name) => `${base}${rung}/${name}`);
    paths.push(playlist, ...segments);
    if (rung.startsWith('v')) paths.push(`${base}${rung}.mp4`);
  }
  return paths;
}
