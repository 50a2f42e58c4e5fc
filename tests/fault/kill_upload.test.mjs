// kill -9 in the middle of uploads: nothing that was acknowledged is lost, no byte is wrong. WEIKE_ROUNDS sets the number of kills.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { clip } from '../harness/clips.mjs';
import { createAccount, Server, temporaryFolder, until } from '../harness/server.mjs';

const rounds = Number(process.env.WEIKE_ROUNDS ?? 8);
const part = 64 * 1024;

/** Sends parts until the connection breaks; returns how much was acknowledged. */
async function sendUntilCut(publisher, location, bytes, from) {
  let acknowledged = from;
  while (acknowledged < bytes.length) {
    try {
      const reply = await publisher.patchUpload(location, acknowledged, bytes.subarray(acknowledged, acknowledged + part));
      if (reply.status !== 204) return acknowledged;
      acknowledged = Number(reply.headers['upload-offset']);
    } catch {
      return acknowledged;
    }
  }
  return acknowledged;
}

test(`kill -9 during upload, ${rounds} times`, { timeout: 60_000 + rounds * 10_000 }, async (context) => {
  const data = temporaryFolder();
  const login = createAccount(data, 'publisher', 'publisher');
  const bytes = Buffer.concat([clip({ seconds: 4 }), Buffer.alloc(48 * 1024 * 1024, 'free')]);
  let server = await Server.start({ data });
  let publisher = await server.logIn(login);
  const { token } = publisher;
  const location = (await publisher.createUpload(bytes.length)).expect(201).headers.location;

  let offset = 0;
  for (let round = 0; round < rounds; ++round) {
    const sending = sendUntilCut(publisher, location, bytes, offset);
    await sleep(30 + Math.random() * 150);
    await server.crash();
    const acknowledged = await sending;

    server = await Server.start({ data });
    publisher = server.client(token);
    const kept = (await publisher.headUpload(location)).expect(200).headers['upload-offset'];
    offset = Number(kept);
    assert.ok(offset >= acknowledged, `round ${round}: ${acknowledged} bytes were acknowledged, ${offset} kept`);
    assert.ok(server.startMs < 3000, `the start took ${server.startMs} ms`);
  }

  assert.ok(offset > 0, 'something was sent between the kills');
  if (offset < bytes.length) (await publisher.patchUpload(location, offset, bytes.subarray(offset))).expect(204);
  const upload = (await publisher.send('GET', location)).expect(200).json;
  assert.equal(upload.state, 'complete');
  const stored = readFileSync(join(data, 'media/uploads', upload.id));
  assert.ok(stored.equals(bytes), 'the stored file is what was sent');
  await server.stop();
});

test('kill -9 right after the last byte was acknowledged', { timeout: 60_000 }, async (context) => {
  const data = temporaryFolder();
  const login = createAccount(data, 'publisher', 'publisher');
  let server = await Server.start({ data });
  const asset = await (await server.logIn(login)).upload(clip({ seconds: 2, size: '320x240' }));
  await server.crash();

  server = (await Server.start({ data })).stopAfter(context);
  const publisher = await server.logIn(login);
  await until(async () => (await publisher.get(`/assets/${asset}`)).expect(200).json.state === 'ready', { what: 'ready', everyMs: 200 });
});
