// Clients that behave as the worst of the net do: each opens a connection, does something, and leaves in some way.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

function connectSecurely(port) {
  const raw = net.connect({ port, host: '127.0.0.1' });
  raw.on('error', () => {});
  const socket = tls.connect({ socket: raw, rejectUnauthorized: false });
  socket.resetAndDestroy = () => {
    raw.resetAndDestroy();
    socket.destroy();
  };
  socket.once('close', () => raw.destroy());
  return socket;
}

/** A socket, now and then over TLS, that swallows what comes and every failure: whoever breaks off must expect one. */
function connect({ port, securePort, random }) {
  const socket = random.chance(0.3) ? connectSecurely(securePort) : net.connect({ port, host: '127.0.0.1' });
  socket.received = 0;
  socket.on('data', (bytes) => (socket.received += bytes.length));
  socket.on('error', () => {});
  socket.over = new Promise((done) => socket.once('close', done));
  return socket;
}

/** An end of a connection: in order, half-closed and awaited, cut, reset. */
async function leave(socket, random) {
  switch (random.between(0, 3)) {
    case 0:
      socket.end();
      await Promise.race([socket.over, sleep(500)]);
      break;
    case 1:
      socket.destroy();
      break;
    case 2:
      socket.resetAndDestroy();
      break;
    default:
      socket.pause(); // Has stopped to read, then is gone.
      await sleep(random.between(1, 100));
      socket.destroy();
  }
  socket.destroy();
}

const get = (path, token, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}${more}\r\n`;

/** Asks for many things at once and reads some, all or nothing of them. */
async function reader(surroundings) {
  const { paths, token, random } = surroundings;
  const socket = connect(surroundings);
  if (random.chance(0.3)) socket.pause();
  for (let turn = random.between(1, 4); turn > 0; --turn) {
    socket.write(Array.from({ length: random.between(1, 40) }, () => get(random.of(paths), random.chance(0.5) && token)).join(''));
    await sleep(random.between(0, 40));
  }
  await leave(socket, random);
}

/** One range or several of a file, in any order, with or without an end. */
function ranges(random) {
  const one = () => {
    const begin = random.between(0, 400_000);
    return random.of([`${begin}-`, `${begin}-${begin + random.between(0, 300_000)}`, `-${begin + 1}`]);
  };
  return `Range: bytes=${Array.from({ length: random.of([1, 1, 1, 3]) }, one).join(', ')}\r\n`;
}

/** Streams a lesson: segments, playlists and films, whole or in parts. */
async function viewer(surroundings) {
  const { media, random } = surroundings;
  const socket = connect(surroundings);
  if (random.chance(0.3)) socket.pause();
  for (let turn = random.between(1, 4); turn > 0; --turn) {
    const ask = () => get(random.of(media), undefined, random.chance(0.5) ? ranges(random) : '');
    socket.write(Array.from({ length: random.between(1, 6) }, ask).join(''));
    await sleep(random.between(0, 60));
  }
  await leave(socket, random);
}

async function listener(surroundings) {
  const { token, random } = surroundings;
  const socket = connect(surroundings);
  socket.write(get('/api/v1/events', token));
  await sleep(random.between(0, 1500));
  await leave(socket, random);
}

/** An upload that mostly breaks off, and is given up. */
async function uploader(surroundings) {
  const { client, clip, random } = surroundings;
  const reply = await client.createUpload(clip.length + random.between(1, 3_000_000));
  if (reply.status !== 201) return;
  const { location } = reply.headers;
  const socket = connect(surroundings);
  const length = random.between(clip.length, 2 * clip.length);
  socket.write(`PATCH ${location} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${client.token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n` +
    `Content-Type: application/offset+octet-stream\r\nContent-Length: ${length}\r\n\r\n`);
  for (let sent = 0; sent < clip.length && random.chance(0.9); sent += 65536) {
    if (!socket.write(clip.subarray(sent, sent + 65536))) await Promise.race([new Promise((done) => socket.once('drain', done)), socket.over, sleep(200)]);
    if (random.chance(0.2)) await sleep(random.between(0, 20));
  }
  await leave(socket, random);
  await client.send('DELETE', location, { headers: { 'tus-resumable': '1.0.0' } });
}

async function babbler(surroundings) {
  const { random } = surroundings;
  const socket = connect(surroundings);
  const words = [
    () => random.bytes(random.between(1, 3000)),
    () => Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...random.bytes(200)]), // A TLS hello.
    () => `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(random.between(1, 40_000))}`,
    () => `POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${random.of(['zz\r\n', '5\r\nhelloX', 'fffffffffffffffff\r\n', '1\n'])}`,
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    () => `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n`,
  ];
  for (let turn = random.between(1, 3); turn > 0; --turn) {
    socket.write(random.of(words)());
    await sleep(random.between(0, 50));
  }
  await leave(socket, random);
}

/** Sends the head of a request byte by byte and loses heart. */
async function dribbler(surroundings) {
  const { random } = surroundings;
  const socket = connect(surroundings);
  for (const letter of get('/api/v1/channels').slice(0, random.between(1, 60))) {
    socket.write(letter);
    await sleep(random.between(0, 10));
  }
  await leave(socket, random);
}

const kinds = [reader, reader, reader, viewer, viewer, listener, uploader, babbler, dribbler];

/** One visitor after the other until `isOver`; gives how many there were. */
export async function visit(surroundings, isOver) {
  let count = 0;
  while (!isOver()) {
    await surroundings.random.of(kinds)(surroundings);
    count += 1;
  }
  return count;
}
