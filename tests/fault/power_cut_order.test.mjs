// What a power cut would leave is decided by the order of system calls: before each 2xx of an upload stand fdatasync of the data, of
// the folder for a new name, and of a write-ahead log. Seen with strace; skipped where strace cannot run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { clip } from '../harness/clips.mjs';
import { createAccount, Server, temporaryFolder } from '../harness/server.mjs';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const calls = 'openat,write,pwrite64,writev,pwritev,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,send,sendto,sendmsg';

/** One finished system call a line, in the order they ended; a call that others interrupted is put together. */
function parseTrace(text) {
  const begun = new Map();
  const list = [];
  for (const line of text.split('\n')) {
    const [, thread, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!rest) continue;
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, rest.slice(0, -'<unfinished ...>'.length));
      // Bytes may reach the client before the call returns, so a reply counts from its beginning.
      if (/^send|^writev/.test(rest)) list.push(rest);
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed ? (begun.get(thread) ?? '') + resumed[1] : rest;
    if (resumed && /^send|^writev/.test(whole)) continue;
    list.push(whole);
  }
  return list;
}

const isReply = (call, status) => /^(send|sendto|sendmsg|writev|write)\(/.test(call) && call.includes(`HTTP/1.1 ${status}`);
const isSync = (call, path) => /^f(data)?sync\(/.test(call) && path.test(call) && /= 0$/.test(call);
const isWrite = (call, path) => /^p?writev?(64)?\(/.test(call) && path.test(call);
const log = /\/db\/\d+\.log>/;

/** The calls before the n-th reply with this status, back to the reply before it. */
function beforeReply(list, status, number = 0) {
  const replies = list.flatMap((call, i) => (/"HTTP\/1\.1 \d{3}/.test(call) ? [i] : []));
  const wanted = replies.filter((i) => isReply(list[i], status))[number];
  assert.ok(wanted !== undefined, `reply ${number} with ${status} is in the trace`);
  const previous = replies.filter((i) => i < wanted).at(-1) ?? -1;
  return list.slice(previous + 1, wanted);
}

/** Fails unless `path` was written and, after its last write, synced. */
function assertSynced(part, path, what) {
  const written = part.findLastIndex((call) => isWrite(call, path));
  assert.ok(written >= 0, `${what} was written`);
  assert.ok(part.slice(written + 1).some((call) => isSync(call, path)), `${what} was synced after its last write`);
}

test('what is acknowledged is on disk (order of system calls)', { timeout: 90_000, skip: canTrace ? false : 'skipped: strace cannot run here' }, async (context) => {
  const data = temporaryFolder();
  const login = createAccount(data, 'publisher', 'publisher');
  const traceFile = join(temporaryFolder(), 'trace');
  const wrapper = ['strace', '-f', '-y', '-s', '48', '-e', `trace=${calls}`, '-e', 'signal=none', '-o', traceFile];
  const server = (await Server.start({ data, wrapper })).stopAfter(context);
  const publisher = await server.logIn(login);
  const bytes = clip({ seconds: 4 });
  const half = Math.floor(bytes.length / 2);

  const location = (await publisher.createUpload(bytes.length)).expect(201).headers.location;
  (await publisher.patchUpload(location, 0, bytes.subarray(0, half))).expect(204);
  (await publisher.patchUpload(location, half, bytes.subarray(half))).expect(204);
  await sleep(300);
  const list = parseTrace(readFileSync(traceFile, 'utf8'));
  const id = location.split('/').at(-1);
  const file = new RegExp(`/uploads/${id}>`);

  await context.test('201: the log, and the folder of the new file', () => {
    const part = beforeReply(list, 201, 1); // The first 201 is the log-in's.
    assertSynced(part, log, 'the write-ahead log');
    const all = list.slice(0, list.findIndex((call) => isReply(call, 204)));
    assert.ok(all.some((call) => isSync(call, /\/media\/uploads>/)), 'the folder was synced before the first bytes were acknowledged');
  });
  await context.test('204: the bytes, then the log that records them', () => {
    for (const number of [0, 1]) {
      const part = beforeReply(list, 204, number);
      assertSynced(part, file, `chunk ${number}`);
      const dataSynced = part.findIndex((call) => isSync(call, file));
      const recorded = part.slice(dataSynced).findIndex((call) => isSync(call, log));
      assert.ok(recorded > 0, `chunk ${number}: the log was synced after the bytes`);
      assertSynced(part, log, 'the write-ahead log');
    }
  });
});
