/** nginx with the smallest answer it can give, as a measure of what the machine can do. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from './leave.mjs';
import { findTool } from './needs.mjs';
import { isListening } from './proc.mjs';

/** One process, `empty_gif`, and an access log that is written when 64 KB have gathered or a second has passed. */
export async function startNginx({ folder, prefix = [] }) {
  // Below the ephemeral range, so that no client is given it.
  const port = randomInt(20_000, 30_000);
  mkdirSync(folder, { recursive: true });
  const configuration = join(folder, 'nginx.conf');
  writeFileSync(configuration, configurationFor(folder, port));
  const [file, ...args] = [...prefix, findTool('nginx'), '-c', configuration, '-p', folder, '-e', 'stderr'];
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = atEnd(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', chunk => {
    said += chunk;
  });
  const deadline = performance.now() + 5_000;
  while (!isListening(child.pid, port)) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`nginx does not listen: ${said}`);
    await pause(20);
  }
  return { port, pid: child.pid, stop };
}

function configurationFor(folder, port) {
  return `daemon off;
master_process off;
pid ${folder}/pid;
events { worker_connections 4096; }
http {
  access_log ${folder}/access.log combined buffer=64k flush=1s;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / { empty_gif; }
  }
}
`;
}
