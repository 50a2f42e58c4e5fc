// A certificate for localhost, made for the run: ECDSA on P-256, as most sites have.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { temporaryFolder } from '../harness/server.mjs';

/** { file, key }: paths of PEM files. */
export function makeCertificate() {
  const folder = temporaryFolder();
  const certificate = { file: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const run = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', certificate.key, '-out', certificate.file], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return certificate;
}
