// Runs one task of media work in a child of its own, as the server does (media/sandbox): the source, the order and the results are its
// descriptors 3, 4 and 5.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, weikeBinary } from '../harness/server.mjs';

const folder = temporaryFolder();
const headerBytes = 44;
const types = { output: 1, result: 3, failure: 4 };

/** CPU seconds of all children a process has waited for (proc(5): cutime, cstime, in ticks of 1/100 s). */
export function childrenCpu(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** CPU seconds a running process has used itself. */
function ownCpu(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** { files, result } of the frames of media/sandbox/frame.hpp. */
function readFrames(bytes) {
  const files = new Map();
  let result;
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const [type, nameLength] = [bytes[at + 4], bytes[at + 5]];
    const size = bytes.readUInt32BE(at + 8);
    const name = bytes.toString('utf8', at + headerBytes, at + headerBytes + nameLength);
    const begin = at + headerBytes + nameLength;
    const content = bytes.subarray(begin, begin + size);
    if (type === types.output) files.set(name, content);
    if (type === types.result) result = JSON.parse(content);
    if (type === types.failure) throw new Error(content.toString());
    at = begin + size;
  }
  return { files, result };
}

function peakMb(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0; // It has ended.
  }
}

/**
 * { files, result, cpu, cpuUntil, peakMb, wall }; one at a time, because the CPU is that of all children meanwhile. `cpuUntil` is what
 * the child had used when the files named in `until` had come, whatever it had been working on.
 */
export async function runChild(source, task, { until = [] } = {}) {
  const order = join(folder, 'order.json');
  writeFileSync(order, JSON.stringify({ task, cpu_seconds: 600, memory_bytes: 1536 * 2 ** 20, parent: process.pid }));
  const descriptors = [openSync(source), openSync(order)];
  const cpuBefore = childrenCpu('self');
  const begin = Date.now();
  const child = spawn(weikeBinary(), ['media-child'], {
    stdio: ['ignore', 'ignore', 'ignore', ...descriptors, 'pipe'],
    env: { MALLOC_ARENA_MAX: '2', LC_ALL: 'C' },
  });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, peakMb(child.pid))), 20);
  const chunks = [];
  let cpuUntil;
  child.stdio[5].on('data', (chunk) => {
    chunks.push(chunk);
    if (cpuUntil !== undefined || until.length === 0) return;
    const { files } = readFrames(Buffer.concat(chunks));
    if (until.every((name) => files.has(name))) cpuUntil = ownCpu(child.pid);
  });
  const [code, signal] = await new Promise((done) => child.once('close', (...end) => done(end)));
  clearInterval(watch);
  descriptors.forEach(closeSync);
  if (code !== 0) throw new Error(`the child ended with ${signal ?? code}`);
  return { ...readFrames(Buffer.concat(chunks)), cpu: childrenCpu('self') - cpuBefore, cpuUntil, peakMb: peak, wall: (Date.now() - begin) / 1000 };
}

export const probeTask = {
  kind: 'probe', source_sha256: 'bench', trim_in_ms: 0, trim_out_ms: 0,
  limits: { min_duration_ms: 1000, max_duration_ms: 1_890_000, max_pixels: 4096 * 4096, max_streams: 32 },
  options: { may_copy: true, may_skip_stills: true, has_av1: true },
};

export const segmentsTask = (plan, renditions, first, last = first, ahead = []) => ({
  kind: 'segments', plan, renditions, first_segment: first, last_segment: Math.min(last, plan.segments.length - 1), ahead,
});
