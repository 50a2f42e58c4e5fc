// Memory that many idle clients add to a server: listeners of server-sent events, and keep-alive connections.
// LISTENERS and CONNECTIONS set how many.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { residentBytes } from '../harness/processes.mjs';
import { createPeople, Server, temporaryFolder } from '../harness/server.mjs';
import { judge, printTable } from './bench.mjs';

const listeners = Number(process.env.LISTENERS ?? 5_000);
const connections = Number(process.env.CONNECTIONS ?? 10_000);
// As many as a kernel's queue of new connections takes at once.
const batch = 100;

// What a browser sends along.
const browser = [
  'User-Agent: Mozilla/5.0 (Linux; Android 14; SM-S9180) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  'Accept-Language: zh-CN,zh;q=0.9,en;q=0.8',
  'Accept-Encoding: gzip, deflate, br',
  'Cache-Control: no-cache',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Dest: empty',
].join('\r\n');

/** A connection that has sent `request` and seen `sign` in what came back. */
function open(port, request, sign) {
  return new Promise((done, fail) => {
    const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.write(request));
    let text = '';
    const look = (bytes) => {
      text += bytes;
      if (!text.includes(sign)) return;
      socket.off('data', look);
      socket.resume();
      done(socket);
    };
    socket.on('data', look);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error(`closed: ${text}`)));
  });
}

async function openAll(count, make) {
  const sockets = [];
  while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: Math.min(batch, count - sockets.length) }, make))));
  return sockets;
}

/** Bytes that `count` clients made by `make` add, after a few that load what the first one needs. */
async function added(server, count, make) {
  const close = async (sockets) => {
    for (const socket of sockets) socket.destroy();
    await sleep(1500);
  };
  await close(await openAll(batch, make));
  const before = residentBytes(server.pid);
  const sockets = await openAll(count, make);
  await sleep(3000);
  const bytes = residentBytes(server.pid) - before;
  await close(sockets);
  return bytes;
}

const data = temporaryFolder();
const people = createPeople(data);
const config = { net: { max_connections_per_address: 20_000 }, events: { listeners_per_session: 20_000 } };
const start = () => Server.start({ data, config });
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const each = (bytes, count) => `${Math.round(bytes / count)} bytes`;

// A fresh server for each, so that none lives in memory that the other one left.
async function onFreshServer(work) {
  const server = await start();
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

const ofListeners = await onFreshServer(async (server) => {
  const { token } = await server.logIn(people.member);
  const listen = `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n${browser}\r\n\r\n`;
  return added(server, listeners, () => open(server.port, listen, 'event: hello\ndata: {}\n\n'));
});

const ofConnections = await onFreshServer((server) => {
  const ask = `GET /api/v1/channels HTTP/1.1\r\nHost: localhost\r\n${browser}\r\n\r\n`;
  return added(server, connections, () => open(server.port, ask, '\r\n\r\n{'));
});

printTable(['', 'MB added', 'each'], [
  [`${listeners} listeners of server-sent events`, megabytes(ofListeners), each(ofListeners, listeners)],
  [`${connections} idle keep-alive connections`, megabytes(ofConnections), each(ofConnections, connections)],
]);
judge('idle listeners, MB for 5 000', (ofListeners / 1e6 / listeners) * 5_000, 20);
judge('idle connections, MB for 10 000', (ofConnections / 1e6 / connections) * 10_000, 12);
