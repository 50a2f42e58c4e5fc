// Runs load_client (cmake --build --preset release --target load_client), pinned to a core.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root, temporaryFolder } from '../harness/server.mjs';

const builds = ['build/release/bin/load_client', 'build/dev/bin/load_client'];
const folder = temporaryFolder();
let files = 0;

function binary() {
  const found = process.env.LOAD_CLIENT ?? builds.map((path) => join(root, path)).find(existsSync);
  if (!found) throw new Error('no load client: cmake --build --preset release --target load_client');
  return found;
}

/** The file of requests that load_client reads; a request is { path, status = 200, length, headers = {} }, no length for no body. */
export function requestFile(requests) {
  const line = ({ path, status = 200, length, headers = {} }) =>
    [`${status} ${length ?? '-'} ${path}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\t');
  const file = join(folder, `requests-${files++}`);
  writeFileSync(file, requests.map((request) => `${line(request)}\n`).join(''));
  return file;
}

function start({ port, file, connections, core, more }) {
  const args = ['-c', String(core), binary(), '--port', port, '--requests', file, '--connections', connections, ...more];
  const child = spawn('taskset', args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (bytes) => (output += bytes));
  const ended = new Promise((done) => child.once('close', done));
  const whole = () => output.endsWith('}\n') && JSON.parse(output);
  return { child, ended, whole };
}

function checked(result) {
  if (!result || result.errors > 0) throw new Error(`the load ended with ${JSON.stringify(result)}`);
  return result;
}

/** { requests, bytes, seconds, cipher } of a load of `ms` milliseconds; every answer must be as the requests say. */
export async function drive({ port, file, connections, core, ms, hasTls, isEachNew }) {
  const more = ['--ms', ms, ...(hasTls ? ['--tls'] : []), ...(isEachNew ? ['--connection-per-request'] : [])];
  const { ended, whole } = start({ port, file, connections, core, more });
  await ended;
  return checked(whole());
}

/** Opens connections that ask once and then keep still; calls `look` meanwhile. */
export async function whileIdle({ port, file, connections, core, hasTls }, look) {
  const more = ['--ms', 60_000, '--stay-idle', ...(hasTls ? ['--tls'] : [])];
  const { child, ended, whole } = start({ port, file, connections, core, more });
  while (!whole() && child.exitCode === null) await new Promise((done) => setTimeout(done, 50));
  const result = checked(whole());
  const seen = await look(result);
  child.stdin.end();
  await ended;
  return seen;
}
