// Memory that 10 000 idle keep-alive connections add to a fresh server.
import { setTimeout as sleep } from 'node:timers/promises';

import { clientCore, serverCore } from './contest.mjs';
import { requestFile, whileIdle } from './load.mjs';
import { Nginx } from './nginx.mjs';
import { median } from './statistics.mjs';
import { pinnedServer } from './weike.mjs';

const connections = 10_000;
const [must, aim] = [12, 6];
const path = '/api/v1/channels';

async function added(start, length) {
  const contestant = await start();
  try {
    const bytes = await length(contestant);
    const ask = (count, look) =>
      whileIdle({ port: contestant.port, core: clientCore, connections: count, file: requestFile([{ path, length: bytes }]) }, look);
    // What the first requests load and the first log lines take is not the connections'.
    await ask(50, () => sleep(1500));
    const before = contestant.residentBytes();
    return await ask(connections, async () => {
      await sleep(1500);
      return (contestant.residentBytes() - before) / 1e6;
    });
  } finally {
    await contestant.stop();
  }
}

/** { lines, isMissed, ours, theirs }: three fresh servers each. */
export async function idleRow({ data }) {
  const [ours, theirs] = [[], []];
  for (let i = 0; i < 3; ++i) {
    ours.push(await added(() => pinnedServer({ data, core: serverCore }), async ({ server }) => (await server.client().send('GET', path)).expect(200).body.length));
    theirs.push(await added(() => Nginx.start({ core: serverCore }), (nginx) => {
      nginx.putAll([{ theirs: path, bytes: 'x'.repeat(400) }]);
      return 400;
    }));
  }
  const middle = median(ours);
  const verdict = middle <= aim ? 'aim' : middle <= must ? 'must' : '**missed**';
  const shown = (values) => `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
  return { ours, theirs, must, aim, isMissed: middle > must, lines: [['Weike', shown(ours), must, aim, verdict], ['nginx', shown(theirs), '', '', '']] };
}
