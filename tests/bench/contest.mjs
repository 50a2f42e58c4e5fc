// Servers that take turns under the same load.
import { setTimeout as sleep } from 'node:timers/promises';

import { drive, requestFile } from './load.mjs';
import { median, medianInterval } from './statistics.mjs';

// Each server has one thread for its connections and one core, the load has the other.
export const serverCore = 0;
export const clientCore = 1;

function cost({ requests, bytes }, cpu, unit) {
  return unit === 'GB' ? cpu / (bytes / 1e9) : (cpu / requests) * 1e6;
}

async function oneRound(contestant, file, row, ms) {
  const port = row.hasTls ? contestant.tlsPort : contestant.port;
  const before = contestant.cpuSeconds();
  const done = await drive({ port, file, core: clientCore, ms, connections: row.connections, hasTls: row.hasTls, isEachNew: row.isEachNew });
  // The ends of connections, and lines of logs that wait for their turn: our thread writes every 250 ms.
  await sleep(300);
  const cpu = contestant.cpuSeconds() - before;
  return { cost: cost(done, cpu, row.unit), requests: done.requests, requestsPerSecond: done.requests / done.seconds, busy: cpu / done.seconds, cipher: done.cipher };
}

/**
 * Costs of every contestant, in CPU seconds per GB or microseconds per request. `requestsOf(contestant)` gives what the row asks of it.
 * The first round warms up and does not count.
 */
export async function compete(contestants, row, { rounds, ms }) {
  const entries = contestants.map((contestant) => ({ contestant, file: requestFile(row.requestsOf(contestant)), rounds: [] }));
  for (let round = -1; round < rounds; ++round) {
    for (const { contestant, file, rounds: seen } of entries) {
      const result = await oneRound(contestant, file, row, round < 0 ? 200 : ms);
      if (round >= 0) seen.push(result);
    }
  }
  // Logs are written twice a second or so.
  await sleep(1200);
  return entries.map(({ contestant, rounds: seen }) => ({
    name: contestant.name,
    lostLogLines: contestant.emptyLog() ?? 0,
    requests: seen.reduce((sum, round) => sum + round.requests, 0),
    costs: seen.map((round) => round.cost),
    cost: median(seen.map((round) => round.cost)),
    requestsPerSecond: median(seen.map((round) => round.requestsPerSecond)),
    busy: median(seen.map((round) => round.busy)),
    cipher: seen[0].cipher,
  }));
}

/** The first against the cheapest of the others: their ratio in each round, and what its median is. */
export function against([ours, ...others]) {
  const bar = others.reduce((best, other) => (other.cost < best.cost ? other : best));
  const ratios = ours.costs.map((own, round) => own / bar.costs[round]);
  return { bar: bar.name, ratios, ...medianInterval(ratios) };
}
