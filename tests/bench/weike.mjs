// The server under test as the benchmarks of serving run it: everything on, one I/O thread, one core.
import { spawnSync } from 'node:child_process';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import { cpuSeconds, residentBytes } from '../harness/processes.mjs';
import { Server, temporaryFolder, weikeBinary } from '../harness/server.mjs';
import { freePort } from './ports.mjs';

const folder = temporaryFolder();
let logs = 0;

/** All threads of a process, and those that they start. */
function pin(pid, core) {
  const run = spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
}

export const pinThisProgram = (core) => pin(process.pid, core);

/** The part of the configuration that switches TLS on beside the plain port; nothing when this server has none. */
function tlsSettings(certificate, port) {
  const known = JSON.parse(spawnSync(weikeBinary(), ['config'], { encoding: 'utf8' }).stdout);
  return known.tls && { tls: { certificate: certificate.file, key: certificate.key, port, plain_port: 'serve' } };
}

/** A contestant of the benchmarks; `certificate` as makeCertificate gives it, for TLS. */
export async function pinnedServer({ data, core, certificate }) {
  const log = join(folder, `weike-${logs++}.log`);
  const config = {
    log: { access: true, file: log },
    // The load has one address.
    net: { io_threads: 1, max_connections_per_address: 20_000 },
    // No work of media beside what is measured.
    media: { av1: false },
  };
  const tlsPort = await freePort();
  const tls = certificate && tlsSettings(certificate, tlsPort);
  Object.assign(config, tls);
  const server = await Server.start({ data, config });
  pin(server.pid, core);
  return {
    name: 'Weike',
    isWeike: true,
    config,
    server,
    port: server.port,
    tlsPort: tls && tlsPort,
    cpuSeconds: () => cpuSeconds(server.pid),
    residentBytes: () => residentBytes(server.pid),
    /** How many lines of the log were lost since the last time. */
    emptyLog() {
      const lines = readFileSync(log, 'latin1');
      if (!lines.includes('event=request')) throw new Error('no request is in the access log: it was not on');
      truncateSync(log);
      return [...lines.matchAll(/event=access_log_overflow dropped=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    stop: () => server.stop(),
  };
}
