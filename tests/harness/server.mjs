// Starts and stops a real server on a port of its own, with a data folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { Client } from './client.mjs';
import { childrenOf } from './processes.mjs';

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

const builds = ['build/release/bin/weike', 'build/dev/bin/weike'];

/** The binary under test: WEIKE_BIN, else what was built. */
export function weikeBinary() {
  const given = process.env.WEIKE_BIN;
  const found = given ? resolve(given) : builds.map((path) => join(root, path)).find(existsSync);
  if (!found || !existsSync(found)) throw new Error('no server binary: build it, or set WEIKE_BIN');
  return found;
}

/** A folder that is gone when this program ends. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'weike-test-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** Waits until `look` gives something true and returns it. */
export async function until(look, { what = 'the expected state', timeoutMs = 30_000, everyMs = 50 } = {}) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(everyMs);
  }
}

export class Server {
  /** `wrapper` is a command to run the server under, such as strace with its options. */
  static async start({ data, config, wrapper = [], port = 0, env }) {
    const args = ['serve', '--data', data, '--listen', `127.0.0.1:${port}`];
    const configFile = config && join(temporaryFolder(), 'config.json');
    if (config) {
      writeFileSync(configFile, JSON.stringify(config));
      args.push('--config', configFile);
    }
    const command = [...wrapper, weikeBinary(), ...args];
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env });
    const server = new Server(child, data, wrapper.length > 0);
    server.configFile = configFile;
    await server.#listening();
    return server;
  }

  #output = '';
  #errors = '';

  constructor(child, data, isWrapped) {
    this.child = child;
    this.isWrapped = isWrapped;
    this.data = data;
    this.ended = new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));
    child.stdout.on('data', (bytes) => (this.#output += bytes));
    child.stderr.on('data', (bytes) => (this.#errors = (this.#errors + bytes).slice(-200_000)));
  }

  async #listening() {
    const started = Date.now();
    const line = await until(
      () => {
        if (this.child.exitCode !== null) throw new Error(`the server ended:\n${this.#errors}`);
        return /^listening (http:\/\/\S+)$/m.exec(this.#output);
      },
      { what: 'the line "listening"', everyMs: 5 },
    );
    this.startMs = Date.now() - started;
    this.url = line[1];
    this.port = Number(new URL(this.url).port);
  }

  get output() {
    return this.#output;
  }
  get log() {
    return this.#errors;
  }
  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Of https, where TLS is configured. */
  get securePort() {
    return Number(/^listening https:\S+:(\d+)$/m.exec(this.#output)?.[1]);
  }

  /** The server's own process, not its wrapper's. */
  get pid() {
    return this.isWrapped ? childrenOf(this.child.pid)[0] : this.child.pid;
  }

  signal(name) {
    if (this.isRunning && this.pid) process.kill(this.pid, name);
  }

  client(token) {
    return new Client(this.url, token);
  }

  async logIn(login) {
    return this.client().logIn(login);
  }

  /** An orderly stop; the exit status must be 0. */
  async stop() {
    this.signal('SIGTERM');
    const { code, signal } = await this.ended;
    if (code !== 0) throw new Error(`the server ended with ${signal ?? code}:\n${this.#errors.slice(-4000)}`);
  }

  /** kill -9, as a crash of the process would be. */
  async crash() {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Stops it when the tests of `context` are over, whatever became of them. */
  stopAfter(context) {
    context.after(async () => {
      this.signal('SIGTERM');
      await this.ended;
    });
    return this;
  }
}

/** Makes an account on the command line and returns its log-in. */
export function createAccount(data, account, ...roles) {
  const password = randomBytes(12).toString('hex');
  const args = ['admin', 'create-account', '--data', data, '--account', account, '--password-stdin'];
  for (const role of roles) args.push('--role', role);
  const run = spawnSync(weikeBinary(), args, { input: `${password}\n`, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`create-account ${account}: ${run.stderr}${run.stdout}`);
  return { account, password };
}

/** The people of most tests. */
export function createPeople(data) {
  return {
    administrator: createAccount(data, 'boss', 'administrator'),
    publisher: createAccount(data, 'publisher', 'publisher'),
    otherPublisher: createAccount(data, 'publisher2', 'publisher'),
    reviewer: createAccount(data, 'reviewer', 'reviewer', 'curator'),
    member: createAccount(data, 'member', 'member'),
  };
}
