// A clip with the grain, detail and motion of a camera, 1080p30 with sound, whose rungs stay below their caps: what runs into them has
// as many bytes as the buffer's model lets it have, and compares models. Made of street footage of Debian's opencv-doc where that can
// be fetched, else of a synthetic picture; `source` says which.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(tmpdir(), `weike-bench-${process.getuid()}`);

function run(command, args, options) {
  return spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', ...options });
}

function streetFootage() {
  const film = join(folder, 'usr/share/doc/opencv-doc/examples/data/vtest.avi');
  if (existsSync(film)) return film;
  if (run('apt-get', ['download', 'opencv-doc'], { cwd: folder }).status !== 0) return undefined;
  const archive = readdirSync(folder).find((name) => name.startsWith('opencv-doc'));
  if (!archive || run('dpkg-deb', ['-x', archive, '.'], { cwd: folder }).status !== 0) return undefined;
  if (!existsSync(film)) run('gunzip', ['-k', `${film}.gz`]);
  return existsSync(film) ? film : undefined;
}

/** { file, source } of a clip of so many seconds. */
export function cameraClip(seconds) {
  mkdirSync(folder, { recursive: true });
  const film = streetFootage();
  const source = film ? 'street camera (opencv-doc vtest.avi), panned over, with grain' : 'synthetic: mandelbrot zoom with grain';
  const file = join(folder, `camera-fine-${film ? 'street' : 'synthetic'}-${seconds}.mp4`);
  if (existsSync(file)) return { file, source };
  const picture = film
    ? ['-stream_loop', '-1', '-i', film]
    : ['-f', 'lavfi', '-i', 'mandelbrot=s=1920x1080:r=30:start_scale=2:end_scale=0.01:end_pts=3000'];
  const pan = film ? "scale=2304:1728:flags=bicubic,fps=30,crop=1920:1080:'192+180*sin(t/3)':'324+280*cos(t/4)'," : '';
  const result = run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...picture, '-f', 'lavfi', '-i', 'anoisesrc=color=pink:amplitude=0.2',
    '-vf', `${pan}noise=alls=4:allf=t,format=yuv420p`, '-t', String(seconds), '-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '13M',
    '-g', '60', '-c:a', 'aac', '-b:a', '128k', '-ar', '48000', `${file}.part.mp4`]);
  if (result.status !== 0) throw new Error(result.stderr);
  renameSync(`${file}.part.mp4`, file);
  return { file, source };
}
