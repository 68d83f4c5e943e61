/** What Linux tells about processes in proc(5). */
import { readFileSync } from 'node:fs';

// USER_HZ, which is 100 on every architecture Node runs on.
const ticksPerSecond = 100;
const established = '01';
const listening = '0A';

/** User and system time of every child that this process has waited for, and of theirs. */
export function childrenCpuSeconds() {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // Behind the name in brackets; cutime and cstime are fields 16 and 17, the state is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** The largest resident set so far; undefined when the process is gone. */
export function peakRssBytes(pid) {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`)) ?? [];
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
