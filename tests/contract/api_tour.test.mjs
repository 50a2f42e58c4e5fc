// Runs the shell blocks of docs/api-tour.md as a reader would.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { clip } from '../harness/clips.mjs';
import { createAccount, root, Server, temporaryFolder } from '../harness/server.mjs';

test('docs/api-tour.md runs as it stands', { timeout: 120_000 }, async (context) => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const accounts = {
    publisher: createAccount(data, 'publisher', 'publisher'),
    reviewer: createAccount(data, 'reviewer', 'reviewer', 'curator'),
    member: createAccount(data, 'member', 'member'),
  };
  writeFileSync(join(folder, 'accounts.json'), JSON.stringify(accounts));
  writeFileSync(join(folder, 'clip.mp4'), clip({ seconds: 6, size: '360x640' }));
  const server = (await Server.start({ data })).stopAfter(context);

  const tour = readFileSync(join(root, 'docs/api-tour.md'), 'utf8');
  const blocks = [...tour.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block);
  const env = { ...process.env, WEIKE: server.url, VIDEO: join(folder, 'clip.mp4'), ACCOUNTS: join(folder, 'accounts.json') };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], { env, cwd: root });

  assert.ok(blocks.length >= 10);
  for (const expected of ['"live"', '00:00:01.000 --> 00:00:03.000\n走进接口', '206 100 bytes', '"stored"', '"watched_ms":4000', '"recalled"', 'lesson_recalled', '\n410\n']) {
    assert.ok(stdout.includes(expected), `${expected} in\n${stdout}`);
  }
});
