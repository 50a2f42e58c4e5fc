// How a file came into the kernel's memory may decide how large the pieces are in which it lies there, and so what sending it costs.
// So all files that are compared come there in the same way.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const readBackAll = `xargs -0 sh -c 'sync --data "$@"; for file; do dd if="$file" iflag=nocache count=0 status=none; done; cat "$@" >/dev/null' sh`;

/** Drops files out of memory and reads them from the disk, as after a start of the machine. */
export function readBack(files) {
  const run = spawnSync('sh', ['-c', readBackAll], { input: files.join('\0'), encoding: 'utf8' });
  if (run.status !== 0 || run.stderr) throw new Error(`files were not read back: ${run.stderr}`);
}

/** All files below a folder. */
export function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
