/** An nginx of our own, in front of a `serve`, with the configuration that docs/deploy.md shows. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Why there is none; undefined when there is. */
export function nginxMissing(): string | undefined {
  return spawnSync('nginx', ['-v']).error === undefined ? undefined : 'nginx is not installed';
}

export interface Nginx {
  readonly url: string;
  readonly accessLog: string;
  stop(): Promise<void>;
}

/** @param host where it listens. @param log a `log_format` line with the name `facts`, instead of the documented one. */
export async function startNginx(upstreamPort: number, host = '127.0.0.1', log?: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'mailtrack-nginx-'));
  const port = await freePort(host);
  const accessLog = join(folder, 'access.log');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(name => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  const block = documented()
    .replace('server 127.0.0.1:8080;', `server 127.0.0.1:${upstreamPort};`)
    .replace('listen 443 ssl;', `listen ${host}:${port};`)
    .replaceAll(/^ *ssl_certificate.*\n/gm, '')
    .replace(
      '/var/log/nginx/mailtrack.log mailtrack;',
      `${accessLog} ${log === undefined ? 'mailtrack' : 'facts'};`,
    );
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; ${user} pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1; events {}\nhttp {\n${temporary}\n${log ?? ''}\n${block}}\n`,
  );
  const child = spawn('nginx', ['-c', file, '-e', `${folder}/error.log`], { stdio: 'ignore' });
  await listens(child, host, port, `${folder}/error.log`);
  return {
    url: `http://${host}:${port}`,
    accessLog,
    async stop() {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What `nginx -t` says of the block as it is documented, with a certificate where it names one. */
export function checkDocumentedBlock(certificate: { readonly cert: string; readonly key: string }): {
  readonly status: number | null;
  readonly stderr: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'mailtrack-nginx-'));
  try {
    writeFileSync(join(folder, 'fullchain.pem'), certificate.cert);
    writeFileSync(join(folder, 'privkey.pem'), certificate.key);
    const block = documented()
      .replaceAll('/etc/letsencrypt/live/t.example.com', folder)
      .replace('/var/log/nginx', folder);
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, `pid ${folder}/pid; events {}\nhttp {\n${block}}\n`);
    return spawnSync('nginx', ['-t', '-c', file, '-e', join(folder, 'error.log')], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function documented(): string {
  const block = /```nginx\n(?<block>[\s\S]*?)```/.exec(readFileSync('docs/deploy.md', 'utf8'))?.groups?.[
    'block'
  ];
  if (block === undefined) throw new Error('docs/deploy.md has no configuration for nginx');
  return block;
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function listens(child: ChildProcess, host: string, port: number, errors: string): Promise<void> {
  while (child.exitCode === null) {
    const isOpen = await new Promise<boolean>(resolve => {
      const socket = connect(port, host, () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await delay(20);
  }
  throw new Error(`nginx ended: ${readFileSync(errors, 'utf8')}`);
}
