/**
 * What lies between client and server: nothing, two network namespaces with a delay between two TUN devices (TCP sees
 * it, from the handshake on), or where that is not allowed a proxy that delays.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDiskFolder } from './folders.mjs';
import { atEnd } from './leave.mjs';
import { findTool, isRoot, missingTools } from './needs.mjs';

const source = fileURLToPath(new URL('tundelay.c', import.meta.url));
const proxy = new URL('delay-proxy.mjs', import.meta.url);
// In 127.0.0.0/8 because mailtrack speaks in clear with this machine only.
const clientHost = '127.77.0.1';
const serverHost = '127.77.0.2';

/**
 * `how` in words; `host` where the server listens; `serverPrefix` and `clientPrefix` are put before their commands;
 * `reach(port)` gives the host and port a client has to use; `close()`.
 */
export async function openLink(roundTripMs) {
  if (roundTripMs === 0) return openLoopback();
  const obstacle = whyNoTun();
  return obstacle === undefined ? openTun(roundTripMs) : openProxy(roundTripMs, obstacle);
}

function openLoopback() {
  const host = '127.0.0.1';
  return {
    how: 'loopback',
    host,
    serverPrefix: [],
    clientPrefix: [],
    reach: async port => ({ host, port }),
    close() {},
  };
}

function whyNoTun() {
  if (!isRoot) return 'not root';
  if (!existsSync('/dev/net/tun')) return 'no /dev/net/tun';
  return missingTools('ip', 'nsenter', 'cc');
}

async function openTun(roundTripMs) {
  const [client, server] = ['c', 's'].map(side => `mtb${process.pid}${side}`);
  const device = 'delayed';
  const close = [];
  try {
    for (const name of [client, server]) {
      ip('netns', 'add', name);
      close.push(atEnd(() => ip('netns', 'del', name)));
    }
    const delay = spawn(compile(), [client, server, device, String((roundTripMs * 1_000) / 2)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    close.push(atEnd(() => delay.kill('SIGKILL')));
    await Promise.race([
      once(delay.stdout, 'data'),
      once(delay, 'exit').then(() => {
        throw new Error('tundelay ended');
      }),
    ]);
    setUp(client, device, clientHost);
    setUp(server, device, serverHost);
  } catch (error) {
    for (const undo of close.reverse()) undo();
    return openProxy(roundTripMs, error.message.split('\n')[0]);
  }
  return {
    how: 'two network namespaces, a delay between two TUN devices',
    host: serverHost,
    serverPrefix: inNamespace(server),
    clientPrefix: inNamespace(client),
    reach: async port => ({ host: serverHost, port }),
    close() {
      for (const undo of close.reverse()) undo();
    },
  };
}

function compile() {
  const program = join(makeDiskFolder(), 'tundelay');
  execFileSync(findTool('cc'), ['-O2', '-o', program, source], { stdio: 'pipe' });
  return program;
}

function setUp(name, device, address) {
  ip('-n', name, 'link', 'set', 'lo', 'up');
  // The loopback device keeps one address; the rest of 127.0.0.0/8 may then be routed to the other side.
  ip('-n', name, 'addr', 'del', '127.0.0.1/8', 'dev', 'lo');
  ip('-n', name, 'addr', 'add', '127.0.0.1/32', 'dev', 'lo');
  const [nsenter, net] = inNamespace(name);
  const allow = 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet';
  execFileSync(nsenter, [net, 'sh', '-c', allow], { stdio: 'pipe' });
  ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', device);
  ip('-n', name, 'link', 'set', device, 'mtu', '1500', 'up', 'txqueuelen', '10000');
  // Whatever the machine prefers: BBR spreads the octets of a message over a part of the round trip.
  ip('-n', name, 'route', 'replace', '127.77.0.0/24', 'dev', device, 'congctl', 'cubic');
}

function inNamespace(name) {
  return [findTool('nsenter'), `--net=/run/netns/${name}`];
}

function ip(...args) {
  execFileSync(findTool('ip'), args, { stdio: 'pipe' });
}

function openProxy(roundTripMs, obstacle) {
  const closeAll = [];
  return {
    how: `a delaying TCP proxy (${obstacle})`,
    host: '127.0.0.1',
    serverPrefix: [],
    clientPrefix: [],
    async reach(port) {
      const child = fork(proxy, ['127.0.0.1', String(port), String(roundTripMs)]);
      closeAll.push(atEnd(() => child.kill('SIGKILL')));
      const [message] = await once(child, 'message');
      return { host: '127.0.0.1', port: message.port };
    },
    close() {
      for (const undo of closeAll) undo();
    },
  };
}
