// What /proc tells about a server from outside.
import { readdirSync, readFileSync } from 'node:fs';

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The process has ended in between.
  }
};

/** State ('R', 'S', 'Z' …) and parent; the state is empty when there is no such process. */
function statusOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // The name in brackets may hold anything; state and parent follow the last bracket.
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent) };
}

/** Does it do anything still? A zombie, whose parent has not looked yet, does not. */
export function isAlive(pid) {
  const { state } = statusOf(pid);
  return state !== '' && state !== 'Z';
}

/** Ids of the direct children of a process, whichever of its threads started them. */
export function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const { state, parent } = statusOf(name);
      return parent === pid && state !== 'Z';
    })
    .map(Number);
}

/** Resident memory in bytes. */
export function residentBytes(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** CPU seconds of all threads of a process, as the scheduler counted them (schedstat, in nanoseconds). */
export function cpuSeconds(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0] || 0) / 1e9)
    .reduce((sum, seconds) => sum + seconds, 0);
}

/** CPU seconds of the children that a process has had, and that have ended; counted in ticks of 10 ms. */
export function endedChildrenSeconds(pid) {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
