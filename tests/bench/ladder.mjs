// CPU of the whole ladder against one ffmpeg per rung, in one run. SECONDS sets the clip's length (60).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { judge, printTable, readyAsset, withServer } from './bench.mjs';
import { cameraClip } from './camera_clip.mjs';

const seconds = Number(process.env.SECONDS ?? 60);
const rungs = [
  { height: 1080, crf: 25, kbps: 4500 },
  { height: 720, crf: 24, kbps: 2500 },
  { height: 480, crf: 23, kbps: 1200 },
  { height: 360, crf: 23, kbps: 700 },
];

/** User and system seconds of one ffmpeg that makes one rung as fMP4 HLS. */
function ffmpegRung(file, { height, crf, kbps }) {
  const out = mkdtempSync(join(tmpdir(), 'weike-bench-hls-'));
  const args = ['ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', file, '-vf', `scale=-2:${height}:flags=bicubic`, '-c:v', 'libx264',
    '-preset', 'veryfast', '-profile:v', 'high', '-pix_fmt', 'yuv420p', '-crf', crf, '-maxrate', `${kbps}k`, '-bufsize', `${2 * kbps}k`,
    '-g', '60', '-keyint_min', '60', '-sc_threshold', '0', '-c:a', 'aac', '-b:a', '128k', '-f', 'hls', '-hls_time', '4',
    '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4', join(out, 'index.m3u8')];
  const begin = Date.now();
  const run = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time "$@"`, 'bash', ...args.map(String)], { encoding: 'utf8' });
  rmSync(out, { recursive: true });
  const [user, system] = run.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  if (run.status !== 0 || !Number.isFinite(user + system)) throw new Error(run.stderr);
  return { cpu: user + system, wall: (Date.now() - begin) / 1000 };
}

/** CPU seconds of all children the server has waited for (proc(5): cutime, cstime, in ticks of 1/100 s). */
function childrenCpu(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

const { file, source } = cameraClip(seconds);
console.log(`clip: ${seconds} s 1080p30, ${source}`);
const rows = rungs.map((rung) => ({ name: `ffmpeg ${rung.height}p`, ...ffmpegRung(file, rung) }));
const bar = rows.reduce((sum, { cpu }) => sum + cpu, 0);

await withServer(async (server, people) => {
  const publisher = await server.logIn(people.publisher);
  const id = await publisher.upload(readFileSync(file));
  const begin = Date.now();
  const before = childrenCpu(server.pid);
  const asset = await readyAsset(publisher, id);
  rows.push({ name: 'ffmpeg, all rungs', cpu: bar, wall: rows.reduce((sum, { wall }) => sum + wall, 0) });
  rows.push({ name: 'Weike, all rungs and images', cpu: childrenCpu(server.pid) - before, wall: (Date.now() - begin) / 1000 });
  printTable(['', 'CPU s', 'wall s'], rows.map(({ name, cpu, wall }) => [name, cpu.toFixed(1), wall.toFixed(1)]));
  console.log(asset.renditions.map(({ name, size_bytes }) => `${name} ${(size_bytes / 1e6).toFixed(1)} MB`).join(', '));
  judge('CPU of all children against one ffmpeg per rung', rows.at(-1).cpu / bar, 0.75);
});
