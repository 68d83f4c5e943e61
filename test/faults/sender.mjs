/** One user's command line in a fault run: a folder of its own, and the real command. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';

const bin = resolve('bin/mailtrack.js');

export class Sender {
  /** @param folder where everything is kept; by default a new one below the temporary folder. */
  constructor(folder = mkdtempSync(join(tmpdir(), 'mailtrack-faults-'))) {
    this.folder = folder;
    this.data = join(folder, 'data', 'mailtrack');
    mkdirSync(this.data, { recursive: true });
    this.environment = {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_DATA_HOME: join(folder, 'data'),
      XDG_CONFIG_HOME: folder,
      MAILTRACK_FROM: 'a@example.com',
    };
    /** For `send` and `resume` alike. */
    this.flags = [];
    this.json = true;
    /** Read the peak of each process's memory from time to time. */
    this.watchMemory = false;
  }

  /** The user's own configuration file. */
  writeConfig(toml) {
    mkdirSync(join(this.folder, 'mailtrack'), { recursive: true });
    writeFileSync(join(this.folder, 'mailtrack', 'config.toml'), toml);
  }

  writeList(count) {
    this.addresses = Array.from({ length: count }, (_, index) => `p${index}@example.com`);
    writeFileSync(join(this.folder, 'list.csv'), `email\n${this.addresses.join('\n')}\n`);
    writeFileSync(
      join(this.folder, 'msg.txt'),
      `---\nsubject: Fault\n---\nHello {{ email }}\n${'A line of the message.\n'.repeat(20)}`,
    );
  }

  send(sink, ...more) {
    return this.start([
      'send',
      'msg.txt',
      '--each',
      'list.csv',
      '--yes',
      '--again',
      '--no-track',
      ...this.#common(sink),
      ...more,
    ]);
  }

  /** What a user does after a crash: resume what was begun; when nothing was, send. */
  goOn(sink, ...more) {
    return this.#hasBegun() ? this.resume(sink, ...more) : this.send(sink, ...more);
  }

  /** Looks at a copy: whoever opens the database itself writes to it when closing, which no power cut would take back. */
  #hasBegun() {
    const folder = mkdtempSync(join(tmpdir(), 'mailtrack-copy-'));
    try {
      for (const name of ['mailtrack.db', 'mailtrack.db-wal']) {
        if (existsSync(join(this.data, name))) copyFileSync(join(this.data, name), join(folder, name));
      }
      return readLedger(join(folder, 'mailtrack.db')).states.size > 0;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  resume(sink, ...more) {
    return this.start(['resume', ...this.#common(sink), ...more]);
  }

  /** @param server `port` of one on this machine; without it the one of the configuration. */
  #common({ port }) {
    const server = port === undefined ? [] : ['--smtp', `smtp://127.0.0.1:${port}`];
    return [...(this.json ? ['--json'] : []), ...server, ...this.flags];
  }

  /** So many file handles for the process, as `ulimit -n` gives. */
  limitFiles(count) {
    this.fileHandles = count;
  }

  start(args) {
    const command = [process.execPath, bin, ...args];
    if (this.fileHandles !== undefined) command.unshift('prlimit', `--nofile=${this.fileHandles}`);
    const [program, ...rest] = command;
    const child = spawn(program, rest, { cwd: this.folder, env: this.environment });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => {
      stdout += chunk;
    });
    child.stderr.on('data', chunk => {
      stderr += chunk;
    });
    let peakMegabytes = 0;
    const watch = this.watchMemory
      ? setInterval(() => {
          peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid));
        }, 50)
      : undefined;
    child.ended = new Promise(done => {
      child.once('close', (code, signal) => {
        clearInterval(watch);
        done({ status: code ?? signal, stdout, stderr, peakMegabytes });
      });
    });
    return child;
  }

  /** State by address, and what `integrity_check` says. */
  ledger() {
    return readLedger(join(this.data, 'mailtrack.db'));
  }

  leave() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** VmHWM is kept by the kernel, so that no peak falls between two looks; the last look is what counts. proc(5) */
function peakOf(pid) {
  try {
    const [, kilobytes = 0] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1_024;
  } catch {
    return 0;
  }
}

function readLedger(file) {
  const database = new Database(file);
  try {
    const begun =
      database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'recipients'").get() !== undefined;
    if (!begun) return { states: new Map(), integrity: 'ok' };
    const states = new Map(database.prepare('SELECT email_address, state FROM recipients').raw().all());
    return { states, integrity: database.pragma('integrity_check', { simple: true }) };
  } finally {
    database.close();
  }
}

/**
 * The guarantee, held against what the server noted. Lost: accepted in the ledger and not at the server, or left out of
 * the ledger's end states. Unreported duplicate: more copies than one, and no uncertainty the user was shown.
 */
export function audit(sender, sink, { shownUncertain = new Set() } = {}) {
  const { states, integrity } = sender.ledger();
  const copies = new Map();
  for (const address of sink.accepted) copies.set(address, (copies.get(address) ?? 0) + 1);
  const found = { lost: 0, duplicates: 0, uncertain: 0, accepted: 0, open: 0, integrity };
  for (const address of sender.addresses) {
    const state = states.get(address);
    const count = copies.get(address) ?? 0;
    if (state === 'accepted') found.accepted += 1;
    if (state === 'uncertain') found.uncertain += 1;
    if (state === 'pending' || state === 'deferred' || state === 'sending') found.open += 1;
    if (state === undefined || (state === 'accepted' && count === 0)) found.lost += 1;
    // A copy at the server of somebody the ledger would still send to is a duplicate to come.
    if ((state === 'pending' || state === 'deferred' || state === 'rejected') && count > 0)
      found.duplicates += 1;
    if (count > 1 && !shownUncertain.has(address)) found.duplicates += count - 1;
  }
  return found;
}
