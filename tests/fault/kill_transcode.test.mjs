// kill -9 of media children, of the server, or of both, at random times while players ask for segments: no finished
// segment is made again, and what comes out has the hash of an undisturbed run.
// WEIKE_KILL_ROUNDS sets the number of kills, WEIKE_SEED repeats a run.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { clip } from '../harness/clips.mjs';
import { childrenOf } from '../harness/processes.mjs';
import { createAccount, Server, temporaryFolder, until } from '../harness/server.mjs';

const rounds = Number(process.env.WEIKE_KILL_ROUNDS ?? process.env.WEIKE_ROUNDS ?? 20);
const seed = Number(process.env.WEIKE_SEED ?? Date.now() % 1_000_000);

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function randomNumbers(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = randomNumbers(seed);
const below = (count) => Math.floor(random() * count);
const oneOf = (list) => list[below(list.length)];

const folderOf = (data, asset) => join(data, 'media/assets', asset);

/** Every finished file below the asset's folder: "v360/0.m4s". Files under temporary names are none. */
function filesOf(data, asset) {
  const list = (folder, prefix) => {
    try {
      return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? list(join(folder, entry.name), `${prefix}${entry.name}/`) : [prefix + entry.name],
      );
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  };
  return list(folderOf(data, asset), '').sort();
}

/** Finished segments: name → identity of the file. */
function segments(data, asset) {
  const found = new Map();
  for (const name of filesOf(data, asset).filter((file) => file.endsWith('.m4s'))) {
    const { ino, mtimeNs, size } = statSync(join(folderOf(data, asset), name), { bigint: true });
    found.set(name, `inode ${ino}, changed ${mtimeNs}, ${size} bytes`);
  }
  return found;
}

/** Names and contents of everything that was made. */
function treeHash(data, asset) {
  const files = filesOf(data, asset).map((name) => {
    const content = readFileSync(join(folderOf(data, asset), name));
    return `${name} ${createHash('sha256').update(content).digest('hex')}`;
  });
  return files.join('\n');
}

/** Until `isEnough(record)`; what failed because its children were killed too often is tried again. */
async function worked(publisher, asset, isEnough) {
  return until(
    async () => {
      const record = (await publisher.get(`/assets/${asset}`)).expect(200).json;
      assert.notEqual(record.state, 'rejected', JSON.stringify(record.cause));
      if (record.state === 'failed') (await publisher.post(`/assets/${asset}/retry`)).expect(200);
      return isEnough(record) && record;
    },
    { what: 'work going on', timeoutMs: 120_000, everyMs: 20 },
  );
}
const isReady = ({ state }) => state === 'ready';

/** A player that seeks; its answer may never come. */
async function seek(publisher, asset) {
  try {
    const { hls_url: master, renditions } = (await publisher.get(`/assets/${asset}`)).json;
    const { name, total } = oneOf(renditions);
    if (master) await publisher.send('GET', master.replace('master.m3u8', `${name}/${below(total)}.m4s`));
  } catch {
    return; // The server was killed meanwhile, or the asset has no renditions yet.
  }
}

test(`kill -9 during transcoding, ${rounds} times, seed ${seed}`, { timeout: 120_000 + rounds * 20_000 }, async (context) => {
  const data = temporaryFolder();
  const login = createAccount(data, 'publisher', 'publisher');
  const config = { media: { av1: false } }; // A seek just before the end would add the AV1 rung to the tree.
  const video = clip({ seconds: 8, size: '854x480' });
  let server = await Server.start({ data, config });
  let publisher = await server.logIn(login);
  const { token } = publisher;

  let asset = await publisher.upload(video);
  const { verdict, renditions } = await worked(publisher, asset, isReady);
  const undisturbed = { tree: treeHash(data, asset), verdict, renditions };
  (await publisher.api('DELETE', `/assets/${asset}`)).expect(204); // Its segments would be taken over.

  let finished = new Map();
  let compared = 0;
  const checkFinished = () => {
    const now = segments(data, asset);
    for (const [name, identity] of finished) assert.equal(now.get(name), identity, `${name} was made again`);
    finished = now;
  };
  const compare = async () => {
    const record = await worked(publisher, asset, isReady);
    checkFinished();
    assert.equal(treeHash(data, asset), undisturbed.tree);
    assert.deepEqual(record.verdict, undisturbed.verdict);
    assert.deepEqual(record.renditions, undisturbed.renditions);
    (await publisher.api('DELETE', `/assets/${asset}`)).expect(204);
    finished = new Map();
    ++compared;
  };

  asset = await publisher.upload(video);
  for (let round = 0; round < rounds; ++round) {
    const goal = segments(data, asset).size + below(4);
    const seeking = seek(publisher, asset);
    await worked(publisher, asset, (record) => isReady(record) || segments(data, asset).size >= goal);
    await sleep(below(300));
    const children = childrenOf(server.pid);
    const victim = oneOf(['child', 'server', 'both']);
    context.diagnostic(`round ${round}: ${victim}, ${children.length} children, ${segments(data, asset).size} segments`);
    if (victim !== 'server' && children.length > 0) {
      try {
        process.kill(oneOf(children), 'SIGKILL');
      } catch (error) {
        assert.equal(error.code, 'ESRCH'); // It has ended by itself.
      }
    }
    if (victim !== 'child') {
      await server.crash();
      await until(() => children.every((pid) => !childrenOf(1).includes(pid)), { what: 'the end of the children', everyMs: 5 });
      checkFinished();
      const begin = Date.now();
      server = await Server.start({ data, config });
      publisher = server.client(token);
      assert.ok(Date.now() - begin < 3000, `the server was back after ${Date.now() - begin} ms`);
    }
    await seeking;
    checkFinished();
    if ((await publisher.get(`/assets/${asset}`)).expect(200).json.state === 'ready') {
      await compare();
      asset = await publisher.upload(video);
    }
  }
  server.stopAfter(context);
  await compare();
  context.diagnostic(`${compared} lessons had the hash of the undisturbed one`);
});
