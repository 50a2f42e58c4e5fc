// CPU of the server for an upload of 1 GB, against nginx's WebDAV PUT of the same bytes. Both write into the same file system: UPLOAD_FOLDER, or the
// system's folder for temporary files. Weike also looks at what it takes and syncs it; nginx does neither. Until the answer, that is:
// the child that glances at the index, and what the asset's job does next in the server itself, SHA-256 of the file above all, are measured apart.
// ROUNDS sets how many.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { clip } from '../harness/clips.mjs';
import { childrenOf, cpuSeconds, endedChildrenSeconds, residentBytes } from '../harness/processes.mjs';
import { createPeople, Server, until } from '../harness/server.mjs';
import { judge, printTable } from './bench.mjs';
import { freePort } from './ports.mjs';
import { median, medianInterval } from './statistics.mjs';

const rounds = Number(process.env.ROUNDS ?? 9);
const size = Number(process.env.UPLOAD_BYTES ?? 1024 ** 3);
const folder = mkdtempSync(join(process.env.UPLOAD_FOLDER ?? tmpdir(), 'weike-bench-upload-'));

/** Sends `head`, then `size` bytes that begin like a video; the status of the answer. */
function send(port, head) {
  return new Promise((done, fail) => {
    const block = Buffer.alloc(1024 ** 2, 'weike');
    const first = Buffer.concat([clip({ seconds: 2 }), block]).subarray(0, block.length);
    const socket = net.connect({ port, host: '127.0.0.1' }, () => {
      socket.write(head);
      let sent = 0;
      const pump = () => {
        while (sent < size) {
          const part = (sent === 0 ? first : block).subarray(0, Math.min(block.length, size - sent));
          sent += part.length;
          if (!socket.write(part)) return void socket.once('drain', pump);
        }
      };
      pump();
    });
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
      if (!text.includes('\r\n\r\n')) return;
      socket.destroy();
      done(Number(text.slice(9, 12)));
    });
    socket.on('error', fail);
  });
}

/** nginx with WebDAV; `buffer` is what it collects of a body before it writes. */
async function startNginx(buffer) {
  const root = join(folder, `nginx-${buffer}`);
  mkdirSync(join(root, 'files'), { recursive: true });
  const port = await freePort();
  writeFileSync(join(root, 'nginx.conf'), `${process.getuid() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${root}/pid; error_log ${root}/error.log;
    events { worker_connections 256; }
    http { access_log off; client_max_body_size 0; client_body_buffer_size ${buffer}; client_body_temp_path ${root}/temp;
      server { listen 127.0.0.1:${port}; root ${root}/files; location / { dav_methods PUT; } } }`);
  const child = spawn('nginx', ['-p', root, '-c', join(root, 'nginx.conf')], { stdio: 'inherit', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  const ask = () => new Promise((done) => net.connect(port, '127.0.0.1').on('connect', function () { this.destroy(); done(true); }).on('error', () => done(false)));
  await until(ask, { what: 'nginx' });
  return {
    name: `nginx, client_body_buffer_size ${buffer}`,
    cpu: () => childrenOf(child.pid).reduce((sum, pid) => sum + cpuSeconds(pid), 0),
    async upload() {
      const status = await send(port, `PUT /file.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`);
      if (status !== 201 && status !== 204) throw new Error(`nginx answered ${status}`);
    },
    async after() {
      rmSync(join(root, 'files', 'file.mp4'), { force: true });
    },
    async stop() {
      child.kill('SIGTERM');
      await new Promise((done) => child.once('close', done));
    },
  };
}

async function startWeike() {
  const data = join(folder, 'weike');
  mkdirSync(data);
  const people = createPeople(data);
  const server = await Server.start({ data, config: { log: { access: false }, net: { io_threads: 1 } } });
  const client = await server.logIn(people.publisher);
  let location;
  const idle = residentBytes(server.pid);
  const contestant = {
    name: 'Weike',
    grown: 0,
    glances: [],
    cpu: () => cpuSeconds(server.pid),
    async upload() {
      // One byte more than comes: the upload stays unfinished, and nothing is transcoded beside the next round.
      ({ location } = (await client.createUpload(size + 1)).expect(201).headers);
      const before = endedChildrenSeconds(server.pid);
      const watch = setInterval(() => (contestant.grown = Math.max(contestant.grown, residentBytes(server.pid) - idle)), 50);
      try {
        const status = await send(server.port, `PATCH ${location} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${client.token}\r\nTus-Resumable: 1.0.0\r\n` +
          `Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: ${size}\r\n\r\n`);
        if (status !== 204) throw new Error(`Weike answered ${status}`);
      } finally {
        clearInterval(watch);
        contestant.glances.push((endedChildrenSeconds(server.pid) - before) / (size / 1e9));
      }
    },
    async after() {
      await client.send('DELETE', location, { headers: { 'tus-resumable': '1.0.0' } });
    },
    /** Ends the upload with the byte it waits for; the CPU of the server, not of its children, until the job has hashed and probed the file. */
    async measureJob() {
      const before = cpuSeconds(server.pid);
      (await client.patchUpload(location, size, Buffer.from('w'))).expect(204);
      const { asset_id: id } = (await client.send('GET', location)).expect(200).json;
      const show = async () => (await client.get(`/assets/${id}`)).expect(200).json;
      await until(async () => !['queued', 'probing'].includes((await show()).state), { what: 'the end of the probe', timeoutMs: 120_000 });
      const spent = cpuSeconds(server.pid) - before;
      (await client.api('DELETE', `/assets/${id}`)).expect(204);
      return spent;
    },
    stop: () => server.stop(),
  };
  return contestant;
}

const contestants = [];
try {
  // One by one: who has started is stopped also when the next one cannot start.
  contestants.push(await startWeike());
  contestants.push(await startNginx('16k'));
  contestants.push(await startNginx('256k'));
  const costs = contestants.map(() => []);
  for (let round = -1; round < rounds; ++round) {
    for (const [i, contestant] of contestants.entries()) {
      const before = contestant.cpu();
      await contestant.upload();
      await sleep(100);
      // The first round warms up and is not counted.
      if (round >= 0) costs[i].push((contestant.cpu() - before) / (size / 1e9));
      await contestant.after();
    }
  }
  const jobs = [];
  for (let round = 0; round < 3; ++round) {
    await contestants[0].upload();
    jobs.push((await contestants[0].measureJob()) / (size / 1e9));
  }
  console.log(`${rounds} rounds of ${size} bytes into ${folder}`);
  const row = (name, values) => [name, ...[median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(3))];
  printTable(['', 'CPU, s/GB', 'lowest', 'highest'], [...contestants.map(({ name }, i) => row(name, costs[i])), row('Weike, meanwhile in a child: the glance', contestants[0].glances), row('Weike, afterwards in its job, until the probe is done', jobs)]);
  // Against the cheaper nginx of each round.
  const ratios = costs[0].map((ours, round) => ours / Math.min(costs[1][round], costs[2][round]));
  const { low, high, confidence } = medianInterval(ratios);
  console.log(`the median of the ratios lies between ${low.toFixed(3)} and ${high.toFixed(3)} (${Math.round(100 * confidence)} %)`);
  judge('upload, CPU per GB against nginx', median(ratios), 1.2);
  judge('memory that uploads of 1 GB add, MB', contestants[0].grown / 2 ** 20, 16);
} finally {
  for (const contestant of contestants) await contestant.stop();
  rmSync(folder, { recursive: true, force: true });
}
