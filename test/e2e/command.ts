/** The built command as a user runs it: its own folder as home, nothing of the machine's configuration. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const bin = resolve('bin/mailtrack.js');

export interface Ended {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

type Running = ChildProcess & { ended: Promise<Ended> };

/** A `serve` that listens. */
export interface Server {
  readonly url: string;
  /** `host:port` of its private address; '' when it has none. */
  readonly private: string;
  /** What it says on stderr from now on. */
  says(pattern: RegExp): Promise<string>;
  /** SIGHUP, and what it says then. */
  hangUp(pattern: RegExp): Promise<string>;
  stop(): Promise<Ended>;
}

export class User {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailtrack-user-'));
  readonly environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: this.folder,
    XDG_DATA_HOME: join(this.folder, 'data'),
    XDG_CONFIG_HOME: join(this.folder, 'config'),
    TZ: 'Europe/Prague',
  };
  readonly #children = new Set<ChildProcess>();

  get database(): string {
    return join(this.folder, 'data', 'mailtrack', 'mailtrack.db');
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), content);
    return name;
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Starts a command. @param folder below the user's own, to start it in. */
  start(args: readonly string[], input?: string, folder?: string): Running {
    return this.#spawn([process.execPath, bin, ...args], input, folder);
  }

  /** Runs a script of sh, in which `mailtrack` is the built command: for redirections. */
  shell(script: string): Promise<Ended> {
    return this.startShell(script).ended;
  }

  /** For signals the script ends in `exec "$node" "$bin" …`. */
  startShell(script: string): Running {
    const names = `node='${process.execPath}'; bin='${bin}'; mailtrack() { "$node" "$bin" "$@"; }`;
    return this.#spawn(['/bin/sh', '-c', `${names}\n${script}`]);
  }

  #spawn([program = '', ...args]: readonly string[], input?: string, folder = '.'): Running {
    const child = spawn(program, args, { cwd: join(this.folder, folder), env: this.environment });
    this.#children.add(child);
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
    child.stdin.end(input);
    const ended = new Promise<Ended>(done => {
      child.once('close', (code, signal) => {
        this.#children.delete(child);
        const [stdout, stderr] = [chunks.stdout, chunks.stderr].map(parts => Buffer.concat(parts).toString());
        done({ status: code ?? signal ?? '', stdout: stdout ?? '', stderr: stderr ?? '' });
      });
    });
    return Object.assign(child, { ended });
  }

  run(args: readonly string[], input?: string, folder?: string): Promise<Ended> {
    return this.start(args, input, folder).ended;
  }

  /** Starts `serve` and waits until it listens. */
  async serve(args: readonly string[] = []): Promise<Server> {
    const child = this.start(['serve', '--host', '127.0.0.1', '--port', '0', ...args]);
    const started = await said(child, /(?:"address":"([^"]+)"[\s\S]*)?on port (\d+)/);
    const says = async (pattern: RegExp) => (await said(child, pattern))[0];
    return {
      url: `http://127.0.0.1:${started[2]}`,
      private: started[1] ?? '',
      says,
      hangUp(pattern) {
        const line = says(pattern);
        child.kill('SIGHUP');
        return line;
      },
      stop() {
        child.kill('SIGTERM');
        return child.ended;
      },
    };
  }

  async sandbox(): Promise<{ url: string; stop(): Promise<Ended> }> {
    const child = this.start(['sandbox', '--port', '0', '--dir', 'inbox']);
    const port = await saysPort(child, /smtp:\/\/127\.0\.0\.1:(\d+)/);
    return {
      url: `smtp://127.0.0.1:${port}`,
      stop() {
        child.kill('SIGTERM');
        return child.ended;
      },
    };
  }

  leave(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function saysPort(child: Running, pattern: RegExp): Promise<string> {
  return (await said(child, pattern))[1] ?? '';
}

/** Waits until it says so from now on; fails when it ends before. */
function said(child: Running, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((done, fail) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text);
      if (found !== null) done(found);
    });
    void child.ended.then(({ status, stderr }) => fail(new Error(`ended with ${status}: ${stderr}`)));
  });
}

/** The JSON lines a command printed. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>);
}
