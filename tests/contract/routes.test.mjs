// What the binary says it serves is what api/openapi.yaml describes, and the other way round.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { weikeBinary } from '../harness/server.mjs';
import { OpenApi } from './openapi.mjs';

function servedRoutes() {
  const run = spawnSync(weikeBinary(), ['routes'], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout).map(({ method, pattern, gate }) => ({
    gate,
    // "{file*}" takes the rest of a path; names of parameters are for readers.
    key: `${method.toUpperCase()} ${pattern.replace(/\{\w+\*?\}/g, '{}')}`,
  }));
}

// The pages' files are not part of the interface for programs.
const isInterface = (key) => /^\w+ \/(api\/|media\/|healthz|readyz|metrics)/.test(key);

const openapi = new OpenApi();
const keyOf = ({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`;
const described = new Map(openapi.operations.map((operation) => [keyOf(operation), operation]));

test('every route that is served is described', () => {
  const missing = servedRoutes().filter(({ key }) => isInterface(key) && !described.has(key));

  assert.deepEqual(missing.map(({ key }) => key), []);
});

test('every operation that is described is served', () => {
  const served = new Set(servedRoutes().map(({ key }) => key));

  // GET answers HEAD as well.
  const missing = [...described.keys()].filter((key) => !served.has(key) && !served.has(key.replace(/^HEAD/, 'GET')));
  assert.deepEqual(missing, []);
});

test('a route needs a session exactly where the description says so', () => {
  const isOpen = ({ security }) => security !== undefined && (security.length === 0 || security.some((way) => Object.keys(way).length === 0));

  const wrong = servedRoutes().filter(({ key, gate }) => described.has(key) && isOpen(described.get(key)) !== (gate === 'open'));
  assert.deepEqual(wrong, []);
});
