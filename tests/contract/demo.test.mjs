// `weike demo` brings lessons in through the public API, once.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { clip } from '../harness/clips.mjs';
import { createAccount, root, Server, temporaryFolder, weikeBinary } from '../harness/server.mjs';

describe('weike demo', () => {
  let server, folder, accounts;
  const lessons = [
    { file: 'first.mp4', title: '第一课', kind: 'micro_lesson', channel: 'micro-lessons', audience: 'public' },
    { file: 'second.mp4', title: '第二课', kind: 'model_worker', audience: 'members', person: '李建国' },
  ];

  /** { status, stdout, stderr } of a run. */
  function demo(options = {}) {
    const paths = { clips: folder, lessons: join(folder, 'lessons.json'), accounts: join(folder, 'accounts.json'), ...options };
    const args = Object.entries({ server: server.url, ...paths }).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(weikeBinary(), ['demo', ...args]);
    let stdout = '', stderr = '';
    child.stdout.on('data', (bytes) => (stdout += bytes));
    child.stderr.on('data', (bytes) => (stderr += bytes));
    return new Promise((done) => child.on('close', (status) => done({ status, stdout, stderr })));
  }

  before(async () => {
    folder = temporaryFolder();
    const data = join(folder, 'data');
    accounts = { publisher: createAccount(data, 'publisher', 'publisher'), reviewer: createAccount(data, 'reviewer', 'reviewer', 'curator') };
    writeFileSync(join(folder, 'first.mp4'), clip({ seconds: 2, size: '320x240' }));
    writeFileSync(join(folder, 'second.mp4'), clip({ seconds: 3, sound: false }));
    writeFileSync(join(folder, 'lessons.json'), JSON.stringify(lessons));
    writeFileSync(join(folder, 'accounts.json'), JSON.stringify(accounts));
    server = await Server.start({ data });
  });
  after(() => server?.stop());

  test('is done when every lesson is ready and live', async () => {
    const run = await demo();

    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /完成 Done/);
    const publisher = await server.logIn(accounts.publisher);
    const { items } = (await publisher.get('/lessons?scope=mine')).expect(200).json;
    assert.deepEqual(items.map(({ live }) => live.title).sort(), ['第一课', '第二课']);
    assert.deepEqual(items.map(({ asset }) => asset.state), ['ready', 'ready']);
  });

  test('finds everything in place the second time', async () => {
    const run = await demo();

    assert.equal(run.status, 0, run.stderr);
    const publisher = await server.logIn(accounts.publisher);
    assert.equal((await publisher.get('/lessons?scope=mine')).json.items.length, 2);
    assert.equal((await publisher.get('/assets')).json.items.length, 2);
  });

  test('says what is wrong', async () => {
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, JSON.stringify({ ...accounts, publisher: { account: 'publisher', password: 'wrong password' } }));
    const rows = [
      [{ accounts: wrong }, /bad_credentials/],
      [{ lessons: join(folder, 'absent.json') }, /cannot read/],
      [{ accounts: join(folder, 'first.mp4') }, /not JSON/],
      [{ server: 'localhost' }, /http:\/\/HOST:PORT/],
      [{ server: 'http://127.0.0.1:1' }, /cannot be reached/],
    ];
    for (const [options, words] of rows) {
      const run = await demo(options);
      assert.equal(run.status, 1);
      assert.match(run.stderr, words);
    }
  });

  test('of this repository names clips that are drawn and channels that exist', async () => {
    const drawn = [...readFileSync(join(root, 'deploy/demo/make_clips.sh'), 'utf8').matchAll(/^clip (\w+) /gm)].map(([, name]) => `${name}.mp4`);
    const shown = JSON.parse(readFileSync(join(root, 'deploy/demo/lessons.json'), 'utf8'));
    const channels = (await server.client().get('/channels')).json.items.map(({ id }) => id);

    assert.deepEqual(shown.map(({ file }) => file).sort(), drawn.sort());
    for (const { channel } of shown) assert.ok(channels.includes(channel), channel);
  });
});
