/** What Linux tells about processes in proc(5). */
import { readFileSync } from 'node:fs';

// USER_HZ, which is 100 on every architecture Node runs on.
const ticksPerSecond = 100;
const established = '01';
const listening = '0A';

/** User and system time of every child that this process has waited for, and of theirs. */
export function childrenCpuSeconds() {
  const [, , cutime, cstime] = times('self');
  return (cutime + cstime) / ticksPerSecond;
}

/** User and system time of a process so far, its threads and its ended children together; undefined when it is gone. */
export function cpuSeconds(pid) {
  const [utime, stime, cutime, cstime] = times(pid);
  return cstime === undefined ? undefined : (utime + stime + cutime + cstime) / ticksPerSecond;
}

/** utime, stime, cutime and cstime, fields 14 to 17. */
function times(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // Behind the name in brackets; the state is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).map(Number);
}

/** The largest resident set so far; undefined when the process is gone. */
export function peakRssBytes(pid) {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

/** The resident set now; undefined when the process is gone. */
export function rssBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

/** Whether something in this process's network namespace is connected to this port (IPv4). */
export function isConnectedTo(pid, port) {
  return sockets(pid).some(({ remote, state }) => state === established && remote.endsWith(`:${hex(port)}`));
}

/** Whether something in this process's network namespace listens on this port (IPv4). */
export function isListening(pid, port) {
  return sockets(pid).some(({ local, state }) => state === listening && local.endsWith(`:${hex(port)}`));
}

function sockets(pid) {
  return read(`/proc/${pid}/net/tcp`)
    .split('\n')
    .slice(1, -1)
    .map(line => {
      const [, local, remote, state] = line.trim().split(/\s+/);
      return { local, remote, state };
    });
}

function hex(port) {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
