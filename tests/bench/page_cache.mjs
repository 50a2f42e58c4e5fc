// How a file came into the kernel's memory decides how large the pieces are in which it lies there, and so what sending it costs.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const dropAll = 'sync --data "$@"; for file; do dd if="$file" iflag=nocache count=0 status=none; done';

function onAll(files, script) {
  const run = spawnSync('xargs', ['-0', 'sh', '-c', script, 'sh'], { input: files.join('\0'), encoding: 'utf8' });
  if (run.status !== 0 || run.stderr) throw new Error(`files were not dropped or read: ${run.stderr}`);
}

/** Drops files out of memory, as a start of the machine does. */
export const drop = (files) => onAll(files, dropAll);

/** Drops files and reads them again from their beginnings to their ends, each at once, which makes large pieces of a large file. */
export const readBack = (files) => onAll(files, `${dropAll}; cat "$@" >/dev/null`);

/** All files below a folder. */
export function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
