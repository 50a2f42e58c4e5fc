// The ffmpeg command line doing what Weike does, at the same settings.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const rungs = [
  { name: 'v1080', height: 1080, crf: 25, kbps: 4500 },
  { name: 'v720', height: 720, crf: 24, kbps: 2500 },
  { name: 'v480', height: 480, crf: 23, kbps: 1200 },
  { name: 'v360', height: 360, crf: 23, kbps: 700 },
];

const sound = ['-c:a', 'aac', '-b:a', '128k'];
const scale = (height) => `scale=-2:${height}:flags=bicubic`;

const x264 = ({ crf, kbps }) => [
  '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-pix_fmt', 'yuv420p', '-crf', crf, '-maxrate', `${kbps}k`, '-bufsize',
  `${2 * kbps}k`, '-g', 60, '-keyint_min', 60, '-sc_threshold', 0,
];

const hls = (out, name) => [
  '-f', 'hls', '-hls_time', 4, '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', `${name}-init.mp4`,
  '-hls_segment_filename', join(out, `${name}-%d.m4s`), join(out, `${name}.m3u8`),
];

/** Runs ffmpeg with user and system seconds taken. */
function timed(args) {
  const begin = Date.now();
  const command = ['ffmpeg', '-nostdin', '-v', 'error', '-y', ...args].map(String);
  const run = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time "$@"`, 'bash', ...command], { encoding: 'utf8' });
  const [user, system] = run.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  if (run.status !== 0 || !Number.isFinite(user + system)) throw new Error(run.stderr);
  return { cpu: user + system, wall: (Date.now() - begin) / 1000 };
}

/** Calls `work` with a folder that is gone afterwards. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'weike-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One rung as fMP4 HLS with sound. `from` and `seconds` choose a part. */
export function oneRung(file, rung, out, { from, seconds, hasSound = true } = {}) {
  const seek = from === undefined ? [] : ['-ss', from];
  const part = seconds === undefined ? [] : ['-t', seconds];
  return timed([
    ...seek, '-i', file, ...part, '-vf', scale(rung.height), ...x264(rung), ...(hasSound ? sound : ['-an']), ...hls(out, rung.name),
  ]);
}

/** All rungs in one process, decoded once. */
export function allRungsAtOnce(file, out) {
  const names = rungs.map(({ name }) => `[${name}]`);
  const graph = [`[0:v]split=${rungs.length}${names.join('')}`, ...rungs.map(({ name, height }) => `[${name}]${scale(height)}[${name}o]`)];
  const outputs = rungs.flatMap((rung) => ['-map', `[${rung.name}o]`, '-map', '0:a', ...x264(rung), ...sound, ...hls(out, rung.name)]);
  return timed(['-i', file, '-filter_complex', graph.join(';'), ...outputs]);
}

/** Mean SSIM of a film against the source, at the film's size. */
export function ssim(film, source, { width, height }) {
  const graph = `[1:v]setpts=PTS-STARTPTS,scale=${width}:${height}:flags=bicubic,fps=30,format=yuv420p[s];[0:v]setpts=PTS-STARTPTS,fps=30[m];[m][s]ssim`;
  const run = spawnSync('ffmpeg', ['-nostdin', '-v', 'info', '-i', film, '-i', source, '-lavfi', graph, '-f', 'null', '-'], { encoding: 'utf8' });
  const found = /SSIM .*All:([\d.]+)/.exec(run.stderr);
  if (!found) throw new Error(run.stderr.slice(-2000));
  return Number(found[1]);
}

/** Bytes of the pictures in a film. */
export function pictureBytes(film) {
  const run = spawnSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=size', '-of', 'csv=p=0', film], {
    encoding: 'utf8', maxBuffer: 64 * 2 ** 20,
  });
  return run.stdout.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);
}
