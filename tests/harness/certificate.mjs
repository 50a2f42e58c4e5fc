// A certificate for localhost, made for the run: ECDSA on P-256, as most sites have.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { temporaryFolder } from './server.mjs';

/** { file, key }: paths of PEM files, those of `former` where it is given, which they replace. */
export function makeCertificate({ name = 'localhost', former } = {}) {
  const folder = temporaryFolder();
  const certificate = former ?? { file: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const run = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
    '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', certificate.key, '-out', certificate.file], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return certificate;
}
