// Resident memory of an idle server, and how much an upload of 1 GB adds.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { clip } from '../harness/clips.mjs';
import { residentBytes } from '../harness/processes.mjs';
import { judge, printTable, withServer } from './bench.mjs';

const size = 1024 ** 3;
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);

/** One PATCH of the whole file: the head of a real video, then filler. `look` is called now and then. */
function send(client, location, look) {
  const { hostname, port } = new URL(client.url);
  const headers = { authorization: `Bearer ${client.token}`, 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream', 'content-length': size };
  return new Promise((done, fail) => {
    const request = http.request({ hostname, port, method: 'PATCH', path: location, headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode));
    });
    request.on('error', fail);
    const block = Buffer.alloc(1024 * 1024, 'weike');
    let sent = 0;
    const pump = () => {
      while (sent < size) {
        const part = sent === 0 ? Buffer.concat([clip({ seconds: 2 }), block]).subarray(0, block.length) : block;
        sent += part.length;
        if (sent % (16 * block.length) === 0) look();
        if (!request.write(part)) return void request.once('drain', pump);
      }
      request.end();
    };
    pump();
  });
}

await withServer(async (server, people) => {
  const publisher = await server.logIn(people.publisher);
  await sleep(2000);
  const idle = residentBytes(server.pid);
  let peak = idle;
  const look = () => (peak = Math.max(peak, residentBytes(server.pid)));

  const location = (await publisher.createUpload(size)).expect(201).headers.location;
  const begin = Date.now();
  const status = await send(publisher, location, look);
  const seconds = (Date.now() - begin) / 1000;
  look();
  if (status !== 204) throw new Error(`the upload ended with ${status}`);
  printTable(['', 'MB'], [
    ['idle server', megabytes(idle)],
    ['highest during an upload of 1 GB', megabytes(peak)],
  ]);
  console.log(`1 GB took ${seconds.toFixed(1)} s`);
  judge('idle server, MB', idle / 2 ** 20, 64);
  judge('growth during an upload of 1 GB, MB', (peak - idle) / 2 ** 20, 16);
});
