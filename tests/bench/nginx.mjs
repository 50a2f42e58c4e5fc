// An nginx that serves one folder with sendfile, on ports of its own.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { childrenOf, cpuSeconds, residentBytes } from '../harness/processes.mjs';
import { until } from '../harness/server.mjs';
import { readBack } from './page_cache.mjs';
import { freePort } from './ports.mjs';

function answers(port) {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => done(true) || socket.destroy());
    socket.on('error', () => done(false));
  });
}

// The headers are those that Weike sends with such answers, with a text of the same length for the request's id.
function settings({ folder, port, tlsPort, noPush, certificate }) {
  const tls = !certificate ? '' : `
    listen 127.0.0.1:${tlsPort} ssl reuseport backlog=4096;
    ssl_certificate ${certificate.file}; ssl_certificate_key ${certificate.key};
    ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;`;
  return `${process.getuid() === 0 ? 'user root;\n' : ''}daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 12000; }
http {
  access_log ${folder}/access.log combined buffer=64k flush=1s;
  sendfile on;
  tcp_nopush ${noPush ? 'off' : 'on'};
  tcp_nodelay on;
  keepalive_requests 100000000;
  keepalive_timeout 75s;
  open_file_cache max=1000 inactive=600s;
  open_file_cache_valid 60s;
  server_tokens off;
  types { application/json json; video/iso.segment m4s; video/mp4 mp4; }
  add_header X-Request-Id 0123456789abcdef;
  server {
    listen 127.0.0.1:${port} reuseport backlog=4096;${tls}
    root ${folder}/files;
    location /api/ {
      add_header X-Request-Id 0123456789abcdef;
      add_header Cache-Control "public, max-age=0, s-maxage=10";
      add_header Vary "Accept-Language, Authorization, Cookie";
    }
    location /media/ {
      add_header X-Request-Id 0123456789abcdef;
      add_header Cache-Control "public, max-age=21600, immutable";
    }
  }
}
`;
}

export class Nginx {
  #put = new Map();

  /** `certificate`: { file, key } to listen with TLS 1.3 as well. `core` pins it to one core. */
  static async start({ noPush, certificate, core }) {
    const nginx = new Nginx();
    nginx.name = `nginx, tcp_nopush ${noPush ? 'off' : 'on'}`;
    nginx.folder = mkdtempSync(join(tmpdir(), 'weike-bench-nginx-'));
    nginx.port = await freePort();
    if (certificate) nginx.tlsPort = await freePort();
    nginx.settings = settings({ ...nginx, noPush, certificate });
    writeFileSync(join(nginx.folder, 'nginx.conf'), nginx.settings);
    const pin = core === undefined ? [] : ['taskset', '-c', String(core)];
    const command = [...pin, 'nginx', '-p', nginx.folder, '-c', join(nginx.folder, 'nginx.conf')];
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    nginx.child = spawn(command[0], command.slice(1), { stdio: 'inherit', env });
    await until(() => answers(nginx.port), { what: 'nginx' });
    return nginx;
  }
  /** Takes files, { theirs, bytes }, for serving. One that is there already stays: written anew it would have another tag, which nginx learns when its cache of open files is old. */
  putAll(files) {
    for (const { theirs, bytes } of files) {
      if (this.#put.get(theirs)?.equals(bytes)) continue;
      this.#put.set(theirs, Buffer.from(bytes));
      const file = join(this.folder, 'files', theirs);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    readBack(files.map(({ theirs }) => join(this.folder, 'files', theirs)));
  }
  get #workers() {
    return childrenOf(this.child.pid);
  }
  cpuSeconds() {
    return this.#workers.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  }
  residentBytes() {
    return this.#workers.reduce((sum, pid) => sum + residentBytes(pid), 0);
  }
  emptyLog() {
    truncateSync(join(this.folder, 'access.log'));
  }
  async stop() {
    this.child.kill('SIGTERM');
    await new Promise((done) => this.child.once('close', done));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
