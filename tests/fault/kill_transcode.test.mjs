// kill -9 of media children, of the server, or of both, at random times while players ask for segments: no finished
// segment is made again, and what comes out has the hash of an undisturbed run.
// WEIKE_KILL_ROUNDS sets the number of kills, WEIKE_SEED repeats a run.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { clip } from '../harness/clips.mjs';
import { childrenOf, isAlive } from '../harness/processes.mjs';
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

const segments = (data, asset) => filesOf(data, asset).filter((file) => file.endsWith('.m4s'));

/** Segments that this run of the server has put at their names. One that is made once more leaves the file as it is,
 *  so only the server's own count tells. */
async function madeBy(server) {
  const { text } = (await server.client().send('GET', '/metrics')).expect(200);
  return Number(/^weike_segments_total\{source="made"\} (\d+)$/m.exec(text)?.[1] ?? 0);
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

  let finished = [];
  let compared = 0;
  const checkFinished = () => {
    const now = segments(data, asset);
    for (const name of finished) assert.ok(now.includes(name), `${name} is gone`);
    finished = now;
  };
  // Since when segments are counted. A player's request may make one beside the batch that has it too, so who seeks is
  // left out.
  let since = { onDisk: 0, made: 0, hasSeek: false };
  let counted = 0;
  const checkMade = async () => {
    if (since.hasSeek) return;
    const made = (await madeBy(server)) - since.made;
    const added = segments(data, asset).length - since.onDisk;
    assert.ok(made <= added, `${made} segments were made, and ${added} of them were missing`);
    ++counted;
  };
  const begin = async () => {
    since = { onDisk: 0, made: await madeBy(server), hasSeek: false };
    asset = await publisher.upload(video);
  };
  const compare = async () => {
    const record = await worked(publisher, asset, isReady);
    checkFinished();
    await checkMade();
    assert.equal(treeHash(data, asset), undisturbed.tree);
    assert.deepEqual(record.verdict, undisturbed.verdict);
    assert.deepEqual(record.renditions, undisturbed.renditions);
    (await publisher.api('DELETE', `/assets/${asset}`)).expect(204);
    finished = [];
    ++compared;
  };

  await begin();
  for (let round = 0; round < rounds; ++round) {
    const goal = segments(data, asset).length + below(4);
    const seeking = below(2) === 0 ? seek(publisher, asset) : undefined;
    since.hasSeek ||= seeking !== undefined;
    await worked(publisher, asset, (record) => isReady(record) || segments(data, asset).length >= goal);
    await sleep(below(300));
    const children = childrenOf(server.pid);
    const victim = oneOf(['child', 'server', 'both']);
    context.diagnostic(`round ${round}: ${victim}, ${children.length} children, ${segments(data, asset).length} segments`);
    if (victim !== 'server' && children.length > 0) {
      try {
        process.kill(oneOf(children), 'SIGKILL');
      } catch (error) {
        assert.equal(error.code, 'ESRCH'); // It has ended by itself.
      }
    }
    if (victim !== 'child') {
      await checkMade();
      const orphans = childrenOf(server.pid);
      await server.crash();
      await until(() => !orphans.some(isAlive), { what: 'the end of the children', everyMs: 5 });
      checkFinished();
      since = { onDisk: finished.length, made: 0, hasSeek: false };
      const begun = Date.now();
      server = await Server.start({ data, config });
      publisher = server.client(token);
      assert.ok(Date.now() - begun < 3000, `the server was back after ${Date.now() - begun} ms`);
    }
    await seeking;
    checkFinished();
    if ((await publisher.get(`/assets/${asset}`)).expect(200).json.state === 'ready') {
      await compare();
      await begin();
    }
  }
  server.stopAfter(context);
  await compare();
  context.diagnostic(`${compared} lessons had the hash of the undisturbed one`);
  context.diagnostic(`${counted} times the server had made what was missing and no more`);
});
