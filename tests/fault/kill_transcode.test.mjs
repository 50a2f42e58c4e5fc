// kill -9 in the middle of transcoding: work goes on within 3 s of the next start, and no finished segment is made again.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { clip } from '../harness/clips.mjs';
import { childrenOf } from '../harness/processes.mjs';
import { createAccount, Server, temporaryFolder, until } from '../harness/server.mjs';

const rounds = Number(process.env.WEIKE_ROUNDS ?? 2);

/** Finished segments of an asset: name → identity of the file. */
function segments(data, asset) {
  const folder = join(data, 'media/assets', asset);
  const found = new Map();
  const list = (path) => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch {
      return [];
    }
  };
  for (const rendition of list(folder).filter((entry) => entry.isDirectory())) {
    for (const { name } of list(join(folder, rendition.name)).filter(({ name }) => name.endsWith('.m4s'))) {
      const { ino, mtimeNs, size } = statSync(join(folder, rendition.name, name), { bigint: true });
      found.set(`${rendition.name}/${name}`, `inode ${ino}, changed ${mtimeNs}, ${size} bytes`);
    }
  }
  return found;
}

test(`kill -9 during transcoding, ${rounds} times`, { timeout: 120_000 + rounds * 30_000 }, async (context) => {
  const data = temporaryFolder();
  const login = createAccount(data, 'publisher', 'publisher');
  let server = await Server.start({ data });
  let publisher = await server.logIn(login);
  const { token } = publisher;
  const asset = await publisher.upload(clip({ seconds: 40, size: '1280x720' }));

  const finished = new Map();
  for (let round = 0; round < rounds; ++round) {
    const before = segments(data, asset).size;
    await until(() => segments(data, asset).size >= before + 2, { what: 'two more segments', timeoutMs: 60_000, everyMs: 10 });
    const orphans = childrenOf(server.pid);
    await server.crash();
    for (const [name, identity] of segments(data, asset)) finished.set(name, identity);
    await until(() => orphans.every((pid) => childrenOf(1).every((child) => child !== pid)), { what: 'the end of the children' });

    const begin = Date.now();
    server = await Server.start({ data });
    publisher = server.client(token);
    await until(() => childrenOf(server.pid).length > 0 || segments(data, asset).size > finished.size, { what: 'work going on', timeoutMs: 3000, everyMs: 10 });
    assert.ok(Date.now() - begin < 3000, `work went on after ${Date.now() - begin} ms`);
  }
  server.stopAfter(context);

  await until(async () => {
    const { state, cause } = (await publisher.get(`/assets/${asset}`)).expect(200).json;
    assert.ok(!['failed', 'rejected'].includes(state), JSON.stringify(cause));
    return state === 'ready';
  }, { what: 'ready', timeoutMs: 120_000, everyMs: 300 });
  const atTheEnd = segments(data, asset);
  assert.ok(finished.size >= 2 && atTheEnd.size > finished.size, `${finished.size} of ${atTheEnd.size} were finished before the last kill`);
  for (const [name, identity] of finished) assert.equal(atTheEnd.get(name), identity, `${name} was made again`);
});
