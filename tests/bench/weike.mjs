// The server under test as the benchmarks of serving run it: everything on, one I/O thread, one core.
import { spawnSync } from 'node:child_process';
import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import { cpuSeconds, residentBytes } from '../harness/processes.mjs';
import { Server, temporaryFolder } from '../harness/server.mjs';

const folder = temporaryFolder();
let logs = 0;

/** All threads of a process, and those that they start. */
function pin(pid, core) {
  const run = spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
}

export const pinThisProgram = (core) => pin(process.pid, core);

/** A contestant of the benchmarks. */
export async function pinnedServer({ data, core }) {
  const log = join(folder, `weike-${logs++}.log`);
  const config = {
    log: { access: true, file: log },
    // The load has one address.
    net: { io_threads: 1, max_connections_per_address: 20_000 },
    // No work of media beside what is measured.
    media: { av1: false },
  };
  const server = await Server.start({ data, config });
  pin(server.pid, core);
  return {
    name: 'Weike',
    isWeike: true,
    config,
    server,
    port: server.port,
    cpuSeconds: () => cpuSeconds(server.pid),
    residentBytes: () => residentBytes(server.pid),
    emptyLog() {
      if (statSync(log).size === 0) throw new Error('the access log is empty: it was not on');
      truncateSync(log);
    },
    stop: () => server.stop(),
  };
}
