// CPU of the server process for a 1 MB segment and for a cached feed page, against nginx with sendfile serving the same bytes as files.
// Rounds take turns; the cheaper of nginx with and without tcp_nopush is the bar. ROUNDS and ROUND_MS set their number and length.
import { setTimeout as sleep } from 'node:timers/promises';

import { made } from '../harness/clips.mjs';
import { cpuSeconds } from '../harness/processes.mjs';
import { judge, median, printTable, readyAsset, withServer } from './bench.mjs';
import { drive } from './load.mjs';
import { Nginx } from './nginx.mjs';

const rounds = Number(process.env.ROUNDS ?? 7);
const ms = Number(process.env.ROUND_MS ?? 1500);

/** Median cost of each contestant: CPU seconds per GB, or microseconds per request. */
async function compare(contestants, { connections, perRequest }) {
  const costs = contestants.map(() => []);
  for (let round = -1; round < rounds; ++round) {
    for (const [i, { port, path, cpu }] of contestants.entries()) {
      const before = cpu();
      const { requests, bytes } = await drive({ port, path, connections, ms: round < 0 ? 300 : ms });
      await sleep(50);
      const used = cpu() - before;
      // The first round warms caches and is not counted.
      if (round >= 0) costs[i].push(perRequest ? (used / requests) * 1e6 : used / (bytes / 1e9));
    }
  }
  return costs.map(median);
}

async function publishLessons(server, people, asset, count) {
  const publisher = await server.logIn(people.publisher);
  const reviewer = await server.logIn(people.reviewer);
  const patient = async (call) => {
    for (;;) {
      const reply = await call();
      if (reply.status !== 429) return reply;
      await sleep(Number(reply.headers['retry-after'] ?? 1) * 1000);
    }
  };
  let id;
  for (let i = 0; i < count; ++i) {
    const body = { title: `第 ${i + 1} 课：把会议室里的文件讲成故事`, kind: 'micro_lesson', asset_id: asset, audience: 'public', channel: 'micro-lessons', summary: '一个人，一件事，一个道理。', tags: ['微党课', '方法'], teacher: '周敏' };
    ({ id } = (await patient(() => publisher.post('/lessons', body))).expect(201).json);
    for (const [who, step] of [[publisher, 'submit'], [reviewer, 'approve'], [publisher, 'publish']]) {
      (await patient(() => who.post(`/lessons/${id}/${step}`))).expect(200);
    }
  }
  return id;
}

/** The path of the segment whose size is nearest to 1 MB. */
async function segmentOfOneMegabyte(guest, lesson) {
  const { hls_url } = (await guest.get(`/lessons/${lesson}/playback`)).expect(200).json;
  const base = hls_url.replace(/master\.m3u8$/, '');
  let best;
  for (const rung of ['v720', 'v480']) {
    const playlist = (await guest.send('GET', `${base}${rung}/index.m3u8`)).expect(200).text;
    for (const name of playlist.match(/^\d+\.m4s/gm)) {
      const { body } = (await guest.send('GET', `${base}${rung}/${name}`)).expect(200);
      if (!best || Math.abs(body.length - 1e6) < Math.abs(best.bytes.length - 1e6)) best = { path: `${base}${rung}/${name}`, bytes: body };
    }
  }
  return best;
}

// Noise that no encoder can make small, so that a segment reaches its cap.
const grainy = made('grainy.mp4', '-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=30:d=14', '-vf', 'noise=alls=60:allf=t', '-c:v', 'libx264',
  '-preset', 'ultrafast', '-b:v', '8M', '-pix_fmt', 'yuv420p');

await withServer(async (server, people) => {
  const publisher = await server.logIn(people.publisher);
  const asset = await publisher.upload(grainy);
  await readyAsset(publisher, asset);
  const lesson = await publishLessons(server, people, asset, 20);
  const guest = server.client();
  const segment = await segmentOfOneMegabyte(guest, lesson);
  const feedPath = '/api/v1/feed?channel=micro-lessons&limit=20';
  const feed = (await guest.send('GET', feedPath)).expect(200).body;

  const bars = [await Nginx.start({ noPush: false }), await Nginx.start({ noPush: true })];
  try {
    for (const nginx of bars) {
      nginx.put('segment.m4s', segment.bytes);
      nginx.put('feed.json', feed);
    }
    const contestants = (path, file) => [
      { port: server.port, path, cpu: () => cpuSeconds(server.pid) },
      ...bars.map((nginx) => ({ port: nginx.port, path: file, cpu: () => nginx.cpuSeconds() })),
    ];
    const big = await compare(contestants(segment.path, '/segment.m4s'), { connections: 8 });
    const small = await compare(contestants(feedPath, '/feed.json'), { connections: 32, perRequest: true });
    const row = (name, unit, [weike, push, noPush]) => [name, `${weike.toFixed(3)} ${unit}`, `${push.toFixed(3)} / ${noPush.toFixed(3)}`, (weike / Math.min(push, noPush)).toFixed(2)];
    printTable(['', 'Weike', 'nginx (tcp_nopush on / off)', 'ratio'], [
      row(`segment of ${segment.bytes.length} bytes`, 's/GB', big),
      row(`feed page of ${feed.length} bytes`, 'µs/request', small),
    ]);
    judge('segment, CPU per GB', big[0] / Math.min(big[1], big[2]), 1.2);
    judge('cached feed page, CPU per request', small[0] / Math.min(small[1], small[2]), 1.2);
  } finally {
    for (const nginx of bars) await nginx.stop();
  }
});
