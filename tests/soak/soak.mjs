// Random clients that stream, upload, listen, talk nonsense and break off, plain and over TLS, for SOAK_SECONDS; afterwards the server's
// descriptors and memory are back where they were and it answers. SOAK_SEED repeats a run, SOAK_CLIENTS sets how many visit at once.
// SOAK_SANITIZED=1 is for a server whose sanitizer keeps freed memory: it is not looked at, but what the sanitizer says is an error.
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { makeCertificate } from '../harness/certificate.mjs';
import { clip } from '../harness/clips.mjs';
import { residentBytes } from '../harness/processes.mjs';
import { createPeople, Server, temporaryFolder, until } from '../harness/server.mjs';
import { publishedMedia } from './published_media.mjs';
import { Random } from './random.mjs';
import { visit } from './visitors.mjs';

const seconds = Number(process.env.SOAK_SECONDS ?? 20);
const clients = Number(process.env.SOAK_CLIENTS ?? 48);
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1e9);
// The store keeps some more files open while it compacts; sockets and pipes must be as many as before.
const moreFiles = 24;
const moreMemory = process.env.SOAK_SANITIZED ? Infinity : 24e6;

/** How many of each: sockets, and everything else. */
function descriptors(pid) {
  const kinds = { sockets: 0, others: 0 };
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    let target = '';
    try {
      target = readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      continue; // Closed in between.
    }
    kinds[target.startsWith('socket:') ? 'sockets' : 'others'] += 1;
  }
  return kinds;
}

const data = temporaryFolder();
const people = createPeople(data);
const certificate = makeCertificate();
const config = {
  tls: { certificate: certificate.file, key: certificate.key, port: 0, plain_port: 'serve' },
  log: { access: true, file: `${data}/access.log` },
  // All of these come from one address; what is slow is cut soon.
  net: { max_connections_per_address: 5_000, idle_deadline_ms: 2_000, head_deadline_ms: 2_000, rate_window_ms: 3_000, linger_ms: 500 },
  events: { listeners_per_session: 64 },
  uploads: { max_unfinished_per_person: 1_000 },
  media: { av1: false },
};
const server = await Server.start({ data, config });
console.log(`soak: ${seconds} s, ${clients} clients, seed ${seed}, server ${server.pid}`);

const publisher = await server.logIn(people.publisher);
const media = await publishedMedia({ publisher, reviewer: await server.logIn(people.reviewer), guest: server.client() });
const bytes = clip({ seconds: 2 });
const paths = ['/api/v1/channels', '/api/v1/feed?channel=micro-lessons&limit=20', '/healthz', '/metrics', '/', '/nothing/here', '/api/v1/lessons?scope=mine'];

async function load(duration, salt) {
  const end = Date.now() + duration * 1000;
  const visitors = Array.from({ length: clients }, (_, i) =>
    visit({ port: server.port, securePort: server.securePort, paths, media, token: publisher.token, client: publisher, clip: bytes, random: new Random(seed + salt + i * 7919) }, () => Date.now() > end));
  return (await Promise.all(visitors)).reduce((sum, count) => sum + count, 0);
}

/** As things are when all clients have left and freed memory went back to the system. */
async function settled(bound) {
  await until(async () => /^weike_connections 1$/m.test((await server.client().send('GET', '/metrics')).text), { what: 'the end of all connections', timeoutMs: 60_000 });
  const look = () => ({ ...descriptors(server.pid), memory: residentBytes(server.pid) });
  if (!bound) {
    await sleep(Math.min(35, Math.max(5, seconds / 4)) * 1000);
    return look();
  }
  const isBack = ({ sockets, others, memory }) => sockets <= bound.sockets && others <= bound.others + moreFiles && memory <= bound.memory + moreMemory;
  await until(() => isBack(look()), { timeoutMs: 75_000, everyMs: 1000 }).catch(() => {});
  return look();
}

try {
  await load(Math.max(5, seconds / 6), 0);
  const before = await settled();
  const visits = await load(seconds, 1e6);
  const after = await settled(before);
  const shown = ({ sockets, others, memory }) => `${sockets} sockets, ${others} other descriptors, ${(memory / 1e6).toFixed(1)} MB`;
  console.log(`${visits} visits\nbefore: ${shown(before)}\nafter:  ${shown(after)}`);

  assert.ok(server.isRunning, 'the server has ended');
  assert.doesNotMatch(server.log, /Sanitizer|runtime error:/);
  assert.equal((await server.client().send('GET', '/readyz')).status, 200);
  (await publisher.get('/feed?channel=micro-lessons')).expect(200);
  assert.ok(after.sockets <= before.sockets, 'sockets were left open');
  assert.ok(after.others <= before.others + moreFiles, 'descriptors were left open');
  assert.ok(after.memory <= before.memory + moreMemory, 'memory did not come back');
  const failures = /^weike_failures_total (\d+)$/m.exec((await server.client().send('GET', '/metrics')).text)[1];
  assert.equal(failures, '0', `handlers threw:\n${server.log.slice(-2000)}`);
  console.log('all came back');
} finally {
  await server.stop();
}
