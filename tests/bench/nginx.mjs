// An nginx that serves one folder with sendfile, on a port of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

import { childrenOf, cpuSeconds } from '../harness/processes.mjs';
import { until } from '../harness/server.mjs';

function freePort() {
  return new Promise((done) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

function answers(port) {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => done(true) || socket.destroy());
    socket.on('error', () => done(false));
  });
}

export class Nginx {
  static async start({ noPush }) {
    const nginx = new Nginx();
    nginx.folder = mkdtempSync(join(tmpdir(), 'weike-bench-nginx-'));
    nginx.port = await freePort();
    const settings = `
      ${process.getuid() === 0 ? 'user root;' : ''} daemon off; worker_processes ${cpus().length}; pid ${nginx.folder}/pid; error_log ${nginx.folder}/error.log;
      events { worker_connections 1024; }
      http {
        access_log off; sendfile on; tcp_nopush ${noPush ? 'off' : 'on'}; keepalive_requests 100000000;
        open_file_cache max=100; open_file_cache_valid 60s;
        types { application/json json; video/iso.segment m4s; }
        server { listen 127.0.0.1:${nginx.port} reuseport; root ${nginx.folder}; }
      }`;
    writeFileSync(join(nginx.folder, 'nginx.conf'), settings);
    const path = `${process.env.PATH}:/usr/sbin`;
    nginx.child = spawn('nginx', ['-p', nginx.folder, '-c', join(nginx.folder, 'nginx.conf')], { stdio: 'inherit', env: { ...process.env, PATH: path } });
    await until(() => answers(nginx.port), { what: 'nginx' });
    return nginx;
  }
  put(name, bytes) {
    writeFileSync(join(this.folder, name), bytes);
  }
  cpuSeconds() {
    return childrenOf(this.child.pid).reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  }
  async stop() {
    this.child.kill('SIGTERM');
    await new Promise((done) => this.child.once('close', done));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
