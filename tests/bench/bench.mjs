// What the benchmarks share: a folder, a server with people, a table.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createPeople, Server, until } from '../harness/server.mjs';

/** Calls `work` with a running server and the log-ins, then cleans up. */
export async function withServer(work) {
  const data = mkdtempSync(join(tmpdir(), 'weike-bench-data-'));
  try {
    const people = createPeople(data);
    // As nginx in these benchmarks: no line in a log for each request.
    const server = await Server.start({ data, config: { log: { access: false } } });
    try {
      await work(server, people);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** The asset once it is ready, or once `isDone` says so. */
export async function readyAsset(client, id, { timeoutMs = 1_800_000, isDone = ({ state }) => state === 'ready' } = {}) {
  return until(
    async () => {
      const asset = (await client.get(`/assets/${id}`)).expect(200).json;
      if (asset.cause) throw new Error(JSON.stringify(asset.cause));
      return isDone(asset) && asset;
    },
    { what: 'ready', timeoutMs, everyMs: 200 },
  );
}

/** Prints rows as a Markdown table, ready for docs/performance.md. */
export function printTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'));
}

/** Ends the program with 1 when a bar was missed. */
export function judge(name, value, bar) {
  const holds = value <= bar;
  console.log(`${holds ? 'holds' : 'MISSED'}: ${name}: ${value.toFixed(3)} (bar ${bar})`);
  if (!holds) process.exitCode = 1;
}
