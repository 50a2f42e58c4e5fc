// CPU of the server for each kind of answer, against nginx with sendfile serving the same bytes as files, and the memory of idle connections.
// ROUNDS (9) and ROUND_MS (1000) set the number and length of the rounds, ROWS which rows (all), OUT where the numbers go as JSON.
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { dirname, join } from 'node:path';

import { root } from '../harness/server.mjs';
import { printTable } from './bench.mjs';
import { makeCertificate } from '../harness/certificate.mjs';
import { against, clientCore, compete, serverCore } from './contest.mjs';
import { idleRow } from './idle.mjs';
import { machine } from './machine.mjs';
import { Nginx } from './nginx.mjs';
import { drop, filesBelow } from './page_cache.mjs';
import { mediaOf, published } from './published.mjs';
import { pagePaths, servingRows, uncachedRow } from './serving_rows.mjs';
import { uncachedFeed } from './uncached_feed.mjs';
import { pinnedServer, pinThisProgram } from './weike.mjs';

const rounds = Number(process.env.ROUNDS ?? 9);
const ms = Number(process.env.ROUND_MS ?? 1000);
const out = process.env.OUT ?? join(root, 'build/bench/serving.json');
const wanted = process.env.ROWS?.split(',');
const isWanted = ({ id }) => !wanted || wanted.includes(id);

function verdict({ low, must, aim }) {
  if (low <= aim) return 'aim';
  return low <= must ? 'must' : '**missed**';
}

async function pagesOf(guest) {
  const read = async (path) => ({ path, bytes: (await guest.send('GET', path)).expect(200).body });
  const entries = Object.entries(pagePaths).map(async ([name, path]) => [name, await read(path)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Bytes of the head of an answer, and its tag. */
async function look({ port }, path) {
  const [{ headers, rawHeaders }] = await once(http.get({ port, host: '127.0.0.1', path, method: 'HEAD', agent: false }), 'response');
  const head = rawHeaders.reduce((sum, text) => sum + text.length + 2, 'HTTP/1.1 200 OK\r\n\r\n'.length);
  return { head, tag: headers.etag };
}

async function measure(row, contestants) {
  for (const nginx of contestants.filter(({ putAll }) => putAll)) nginx.putAll(row.files);
  const heads = [];
  for (const contestant of contestants) {
    const looked = new Map();
    // A tag is needed of few files only.
    for (const file of row.files.slice(0, 20)) looked.set(file, await look(contestant, contestant.isWeike ? file.ours : file.theirs));
    contestant.tagOf = (file) => looked.get(file).tag;
    heads.push(looked.get(row.files[0]).head);
  }
  const results = await compete(contestants, row, { rounds, ms });
  const sizes = row.files.map(({ bytes }) => bytes.length);
  const { id, name, must, aim, unit, hasTls } = row;
  const result = { id, name, must, aim, unit, hasTls, ...against(results), sizes, heads, contestants: results };
  return { ...result, verdict: verdict(result) };
}

async function measureUncached(bars) {
  const { server, pages } = await uncachedFeed({ data: process.env.FEED_DATA, core: serverCore });
  try {
    return await measure(uncachedRow(pages), [server, ...bars]);
  } finally {
    await server.stop();
  }
}

function resultOf(row, weike, bars) {
  if (row.id === 'feed-uncached' && process.env.FEED_DATA) return measureUncached(bars);
  const why = row.skipped ?? (row.hasTls && !weike.tlsPort ? 'this server has no TLS' : undefined);
  const { id, name, must, aim } = row;
  return why ? { id, name, must, aim, skipped: why } : measure(row, [weike, ...bars]);
}

function line(result) {
  if (result.skipped) return [result.name, '', '', '', '', '', result.must, result.aim, `skipped: ${result.skipped}`];
  const [ours, ...bars] = result.contestants;
  const cost = ({ cost: value }) => (result.unit === 'GB' ? `${value.toFixed(3)} s/GB` : `${value.toFixed(2)} µs`);
  const mean = result.sizes.reduce((sum, size) => sum + size, 0) / result.sizes.length;
  const rates = result.contestants.map(({ requestsPerSecond }) => Math.round(requestsPerSecond)).join(' / ');
  return [
    result.name, result.sizes.length > 1 ? `${result.sizes.length} × ${Math.round(mean)}` : mean, cost(ours), bars.map(cost).join(' / '),
    `${result.middle.toFixed(2)} (${result.low.toFixed(2)}–${result.high.toFixed(2)})`, rates, result.must, result.aim, result.verdict,
  ];
}

const { data, lessons } = await published();
// Weike reads them again when they are asked for; nginx's are read for it (see there).
drop(filesBelow(join(data, 'media')));
pinThisProgram(clientCore);
const certificate = makeCertificate();
const weike = await pinnedServer({ data, core: serverCore, certificate });
const bars = [];
const results = [];
try {
  const guest = weike.server.client();
  const rows = servingRows({ pages: await pagesOf(guest), ...(await mediaOf(guest, lessons)) });
  for (const noPush of [false, true]) bars.push(await Nginx.start({ noPush, certificate, core: serverCore }));
  for (const row of rows.filter(isWanted)) {
    results.push(await resultOf(row, weike, bars));
    console.error(line(results.at(-1)).join(' | '));
  }
} catch (failure) {
  // Now: the servers may be in a state in which they do not stop.
  console.error(failure);
  throw failure;
} finally {
  for (const nginx of bars) await nginx.stop();
  await weike.stop();
}
const idle = isWanted({ id: 'idle' }) ? await idleRow({ data }) : undefined;

const about = { ...machine(), rounds, round_ms: ms };
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, JSON.stringify({ about, nginx_configuration: bars.map(({ settings }) => settings), config: weike.config, rows: results, idle }, null, 1));

console.log(`${Object.entries(about).map(([name, value]) => `${name}: ${value}`).join('\n')}\n`);
const cipher = results.find(({ hasTls }) => hasTls)?.contestants.map(({ cipher: used }) => used).join(' / ');
console.log(`TLS: ${cipher ?? 'not measured'}; the same certificate, ECDSA on P-256.`);
console.log(`Each server has one thread for connections on core ${serverCore}, the load client has core ${clientCore}; ${rounds} rounds of ${ms} ms in turn.`);
console.log(`Weike's configuration: ${JSON.stringify(weike.config)}\n`);
console.log(`nginx's configuration, tcp_nopush on; another instance has it off:\n\n${bars[0].settings}`);
printTable(['', 'bytes', 'Weike', 'nginx, tcp_nopush on / off', 'ratio, 90 % interval', 'requests/s', 'must', 'aim', ''], results.map(line));
for (const { name, contestants } of results.filter(({ skipped }) => !skipped)) {
  const [{ lostLogLines, requests }] = contestants;
  if (lostLogLines > 0) console.log(`${name}: Weike lost ${lostLogLines} lines of its access log, for ${requests} requests that count.`);
}
if (idle) {
  console.log();
  printTable(['10 000 idle keep-alive connections', 'MB added', 'must', 'aim', ''], idle.lines);
}
console.log(`\nNumbers: ${out}`);
if (results.some(({ verdict: said }) => said === '**missed**') || idle?.isMissed) process.exitCode = 1;
