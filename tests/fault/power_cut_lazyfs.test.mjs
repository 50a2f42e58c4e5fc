// A power cut under LazyFS, which forgets everything that was not synced. Skipped where there is no `lazyfs` or no /dev/fuse.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { clip } from '../harness/clips.mjs';
import { createAccount, Server, temporaryFolder, until } from '../harness/server.mjs';

const rounds = Number(process.env.WEIKE_ROUNDS ?? 5);
const canRun = existsSync('/dev/fuse') && spawnSync('lazyfs', ['--help']).error === undefined;

/** A mounted LazyFS over a plain folder. */
class LazyFolder {
  static async mount(base) {
    const lazy = new LazyFolder();
    lazy.path = join(base, 'mount');
    lazy.fifo = join(base, 'faults');
    const store = join(base, 'store');
    const settings = join(base, 'lazyfs.toml');
    mkdirSync(lazy.path);
    mkdirSync(store);
    writeFileSync(settings, [
      '[faults]', `fifo_path="${lazy.fifo}"`,
      '[cache]', 'apply_eviction=false',
      '[cache.simple]', 'custom_size="1gb"', 'blocks_per_page=1',
      '[filesystem]', 'log_all_operations=false', `logfile="${join(base, 'lazyfs.log')}"`, '',
    ].join('\n'));
    const options = [lazy.path, '--config-path', settings, '-o', 'allow_other', '-o', 'modules=subdir', '-o', `subdir=${store}`, '-f'];
    lazy.child = spawn('lazyfs', options, { stdio: 'ignore' });
    await until(() => readFileSync('/proc/mounts', 'utf8').includes(lazy.path), { what: 'the mount' });
    return lazy;
  }
  async forgetUnsynced() {
    writeFileSync(this.fifo, 'lazyfs::clear-cache\n');
    await sleep(500);
  }
  unmount() {
    spawnSync('fusermount3', ['-u', '-z', this.path]);
    this.child.kill('SIGTERM');
  }
}

test(`power cut during upload, ${rounds} times`, { timeout: 60_000 + rounds * 20_000, skip: canRun ? false : 'skipped: no lazyfs or no /dev/fuse' }, async (context) => {
  const lazy = await LazyFolder.mount(temporaryFolder());
  context.after(() => lazy.unmount());
  const data = join(lazy.path, 'data');
  mkdirSync(data);
  const login = createAccount(data, 'publisher', 'publisher');
  const bytes = Buffer.concat([clip({ seconds: 4 }), Buffer.alloc(8 * 1024 * 1024, 'free')]);
  let server = await Server.start({ data });
  let publisher = await server.logIn(login);
  const { token } = publisher;
  const location = (await publisher.createUpload(bytes.length)).expect(201).headers.location;
  const step = Math.ceil(bytes.length / (rounds + 1));

  let offset = 0;
  for (let round = 0; round < rounds; ++round) {
    (await publisher.patchUpload(location, offset, bytes.subarray(offset, offset + step))).expect(204);
    await server.crash();
    await lazy.forgetUnsynced();

    server = await Server.start({ data });
    publisher = server.client(token);
    const kept = Number((await publisher.headUpload(location)).expect(200).headers['upload-offset']);
    assert.equal(kept, offset + step, `round ${round}`);
    offset = kept;
  }
  (await publisher.patchUpload(location, offset, bytes.subarray(offset))).expect(204);
  const { id } = (await publisher.send('GET', location)).expect(200).json;
  assert.ok(readFileSync(join(data, 'media/uploads', id)).equals(bytes), 'the stored file is what was sent');
  await server.stop();
});
