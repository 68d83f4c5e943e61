/**
 * The senders that are compared. Each says with which command it sends so many messages to a server, how many round
 * trips a message takes it (for how many fit into a run), and what it cannot do.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { from, subject, trackingUrl, wireBytes, writeList } from '../message.mjs';
import { findTool, missingTools } from '../needs.mjs';

const mailtrackBin = fileURLToPath(new URL('../../../bin/mailtrack.js', import.meta.url));
const poolScript = fileURLToPath(new URL('nodemailer-pool.mjs', import.meta.url));

const groups = { name: 'mailtrack', roundTrips: 1, ...mailtrack() };

export const peers = [
  groups,
  // 1,500 messages/s or so at whatever latency: the server's speed, not the round trip's.
  { name: 'mailtrack --window 64', roundTrips: 1 / 16, chunking: true, ...mailtrack('--window', '64') },
  { name: 'mailtrack --window auto', roundTrips: 1 / 16, chunking: true, ...mailtrack('--window', 'auto') },
  {
    name: 'nodemailer pool',
    roundTrips: 2,
    command: ({ host, port, recipients, connections }) => [
      process.execPath,
      poolScript,
      host,
      String(port),
      String(recipients),
      String(connections),
    ],
  },
  {
    name: 'smtp-source',
    roundTrips: 4.5,
    missing: () => missingTools('smtp-source'),
    // -d: many messages on a connection. -N: a recipient of its own for each.
    command: ({ host, port, recipients, connections }) => [
      findTool('smtp-source'),
      ...['-4', '-d', '-N', '-s', String(connections), '-m', String(recipients), '-l', String(wireBytes)],
      ...['-f', from, '-t', 'person@example.com', '-S', subject, `${host}:${port}`],
    ],
  },
];

/**
 * Another build of mailtrack, to be compared in the same run. Its database is its own, as its schema may be.
 * @param worktree a folder with its `bin` and `dist`.
 * @throws Error when that build does not run.
 */
export function earlierBuild(worktree) {
  const bin = resolve(worktree, 'bin/mailtrack.js');
  const { status, stderr } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${bin} does not run: ${stderr.trim()}`);
  return {
    name: 'earlier build',
    roundTrips: 1,
    home: 'earlier',
    command: ({ host, port, recipients, connections, folder }) => [
      ...mailtrackSend(folder, recipients, [], bin),
      ...['--smtp', `smtp://${host}:${port}`, '--connections', String(connections)],
    ],
  };
}

/** mailtrack as its users run it, with some flags more. */
function mailtrack(...flags) {
  return {
    flags,
    command: ({ host, port, recipients, connections, folder }) => [
      ...mailtrackSend(folder, recipients, flags),
      ...['--smtp', `smtp://${host}:${port}`, '--connections', String(connections)],
    ],
  };
}

/** Without where to. */
export function mailtrackSend(folder, recipients, flags = [], bin = mailtrackBin) {
  const list = resolve(folder, writeList(folder, recipients));
  return [
    ...[process.execPath, bin, 'send', resolve(folder, 'msg.html'), '--each', list],
    ...['--subject', subject, '--from', from, '--tracking-url', trackingUrl, '--yes', '--again', ...flags],
  ];
}

/** Nothing of the machine's configuration: database, key and settings are in this folder. */
export function mailtrackEnvironment(folder) {
  return { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
}
