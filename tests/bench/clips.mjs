// The other clips of the media benchmark, made on the spot, 1080p30 with sound.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { cameraClip } from './camera_clip.mjs';

const folder = join(tmpdir(), `weike-bench-${process.getuid()}`);

function makeOnce(name, args) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  if (existsSync(file)) return file;
  const run = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args.map(String), `${file}.part.mp4`], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  renameSync(`${file}.part.mp4`, file);
  return file;
}

/** Three slides in turn, each still for 9 of 10 seconds and then pushed out by the next; somebody "speaks" all the time. */
export function slideClip(seconds) {
  const still = (input, name, length) =>
    `[${input}]trim=end_frame=1,loop=-1:1:0,setpts=N/30/TB,fps=30,format=yuv420p,settb=1/30,trim=0:${length},setpts=PTS-STARTPTS[${name}]`;
  const graph = [
    still(0, 'a', 10), still(1, 'b', 11), still(2, 'c', 11), '[a][b]xfade=slideleft:1:9[ab]', '[ab][c]xfade=slideup:1:19,loop=-1:900:0[v]',
  ].join(';');
  return makeOnce(`slides-${seconds}.mp4`, [
    '-f', 'lavfi', '-i', 'testsrc2=s=1920x1080:r=30', '-f', 'lavfi', '-i', 'mandelbrot=s=1920x1080:r=30:start_scale=0.5',
    '-f', 'lavfi', '-i', 'smptehdbars=s=1920x1080:r=30', '-f', 'lavfi', '-i', 'anoisesrc=color=pink:amplitude=0.2',
    '-filter_complex', graph, '-map', '[v]', '-map', '3:a', '-t', seconds, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', 20,
    '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '128k', '-ar', 48_000,
  ]);
}

/** Camera footage that conforms, so that it becomes the top rung as it is. */
export function conformingClip(seconds) {
  return makeOnce(`conforming-${seconds}.mp4`, [
    '-i', cameraClip(seconds).file, '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-level', '4.0', '-b:v', '4M',
    '-maxrate', '4500k', '-bufsize', '4500k', '-g', 60, '-keyint_min', 60, '-sc_threshold', 0, '-pix_fmt', 'yuv420p', '-colorspace', 'bt709',
    '-color_primaries', 'bt709', '-color_trc', 'bt709', '-c:a', 'copy',
  ]);
}
