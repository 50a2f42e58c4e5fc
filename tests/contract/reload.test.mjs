// SIGHUP to the running server: it reads its configuration and its certificate again, and nobody is cut off.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import { writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import tls from 'node:tls';

import { makeCertificate } from '../harness/certificate.mjs';
import { Server, temporaryFolder, until } from '../harness/server.mjs';

let server;
let certificate;
let config;

before(async (context) => {
  certificate = makeCertificate({ name: 'the-first' });
  config = { tls: { certificate: certificate.file, key: certificate.key, port: 0, plain_port: 'serve' }, log: { level: 'info' } };
  server = (await Server.start({ data: temporaryFolder(), config })).stopAfter(context);
});

/** SIGHUP, and the wait for a line of the log that came after it. */
async function reload(line) {
  const begin = server.log.length;
  server.signal('SIGHUP');
  await until(() => line.test(server.log.slice(begin)), { what: `${line} in the log` });
}

async function commonName() {
  const socket = tls.connect({ host: '127.0.0.1', port: server.securePort, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

/** The status of a request on the one connection of `agent`, and that connection's own port. */
async function ask(agent) {
  const [reply] = await once(https.get({ host: '127.0.0.1', port: server.securePort, path: '/healthz', agent }), 'response');
  const { localPort } = reply.socket;
  reply.resume();
  await once(reply, 'end');
  return { status: reply.statusCode, localPort };
}

test('new connections get the new certificate, open ones go on', async (context) => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  context.after(() => agent.destroy());
  const first = await ask(agent);
  assert.equal(await commonName(), 'the-first');

  makeCertificate({ name: 'the-second', former: certificate });
  await reload(/event=reloaded/);

  assert.equal(await commonName(), 'the-second');
  assert.deepEqual(await ask(agent), first);
});

test('a changed setting works at once', async () => {
  writeFileSync(server.configFile, JSON.stringify({ ...config, net: { target_limit_bytes: 300 } }));

  await reload(/event=reloaded changed=\S*net\.target_limit_bytes/);

  (await server.client().send('GET', `/${'x'.repeat(400)}`)).expect(414);
});

test('a configuration with a mistake is told in both languages, and the former one stays', async () => {
  writeFileSync(server.configFile, '{"net": {"target_limit_bytes": "many"}}');

  await reload(/event=configuration_not_reloaded.*新配置无法使用.*the former one stays/);

  assert.ok(server.isRunning);
  (await server.client().send('GET', `/${'x'.repeat(400)}`)).expect(414);
});
