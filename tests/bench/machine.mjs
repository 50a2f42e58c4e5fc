// What the numbers were measured on.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

import { weikeBinary } from '../harness/server.mjs';

function said(command, ...args) {
  const run = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  return `${run.stdout ?? ''}${run.stderr ?? ''}`.trim();
}

export function machine() {
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    cpu: cpus()[0].model,
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    congestion_control: readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim(),
    load: loadavg().map((value) => value.toFixed(2)).join(' '),
    nginx: said('nginx', '-v').replace('nginx version: ', ''),
    openssl: said('openssl', 'version'),
    weike: weikeBinary(),
  };
}
