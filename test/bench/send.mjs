/**
 * How fast a mail merge goes, beside nodemailer's pool in the same run: `npm run bench:send -- [recipients] [rounds]`.
 * Whole processes, start-up and durable ledger included, rounds interleaved, medians. Fails when a message is missing.
 */
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [recipients = 2_000, rounds = 3] = process.argv.slice(2).map(Number);
const connections = 4;
const folder = mkdtempSync(join(tmpdir(), 'mailtrack-bench-'));
const html = `<html><body>${'<p style="margin:0">Hello {{ name }}, this is a line of an ordinary message.</p>\n'.repeat(90)}</body></html>`;
const sink = fork(new URL('sink.mjs', import.meta.url));
const answer = () => new Promise(done => sink.once('message', done));

try {
  const { port } = await answer();
  writeFileSync(join(folder, 'msg.html'), html);
  writeFileSync(
    join(folder, 'people.csv'),
    `email,name\n${Array.from({ length: recipients }, (_, i) => `p${i}@example.com,Person ${i}`).join('\n')}\n`,
  );
  const runs = {
    mailtrack: [
      resolve('bin/mailtrack.js'),
      'send',
      'msg.html',
      '--each',
      'people.csv',
      '--subject',
      'Bench',
      '--from',
      'bench@example.com',
      '--yes',
      '--again',
      '--quiet',
      '--connections',
      String(connections),
      '--smtp',
      `smtp://127.0.0.1:${port}`,
      '--tracking-url',
      'http://127.0.0.1:9',
    ],
    'nodemailer pool': [
      resolve('test/bench/nodemailer-pool.mjs'),
      String(port),
      String(recipients),
      String(connections),
      html,
    ],
  };
  const rates = new Map(Object.keys(runs).map(name => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, args] of Object.entries(runs)) rates.get(name).push(await measure(name, args));
  }
  console.log(`${recipients} recipients, ${connections} connections, ${rounds} rounds, whole processes:`);
  for (const [name, values] of rates)
    console.log(`  ${name.padEnd(16)} ${median(values).toFixed(0)} messages/s`);
  console.log(
    `  ratio            ${(median(rates.get('mailtrack')) / median(rates.get('nodemailer pool'))).toFixed(2)}`,
  );
} finally {
  sink.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(name, args) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const status = await new Promise(done => child.once('close', done));
  const seconds = (performance.now() - startedAt) / 1_000;
  const counted = answer();
  sink.send('count');
  const { messages } = await counted;
  if (status !== 0 || messages !== recipients)
    throw new Error(`${name} ended with ${status}; the sink has ${messages} of ${recipients}`);
  return recipients / seconds;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
