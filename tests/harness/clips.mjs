// Short clips, made by ffmpeg once and kept in the system's folder for temporary files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(tmpdir(), `weike-clips-${process.getuid()}`);

/** The bytes of what `ffmpeg ARGS… FILE` makes; `name` tells the recipe apart. */
export function made(name, ...args) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  if (!existsSync(file)) {
    const part = join(folder, `part-${process.pid}-${name}`);
    const run = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, part], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`ffmpeg: ${run.stderr}`);
    renameSync(part, file);
  }
  return readFileSync(file);
}

const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];

/** A moving test picture with a tone. */
export function clip({ seconds = 4, size = '640x360', fps = 25, sound = true } = {}) {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${fps}:d=${seconds}`];
  const tone = ['-f', 'lavfi', '-i', `sine=440:d=${seconds}`, '-c:a', 'aac'];
  const name = `clip-${size}-${fps}-${seconds}-${sound ? 'tone' : 'silent'}.mp4`;
  return made(name, ...picture, ...(sound ? tone : []), ...h264);
}
