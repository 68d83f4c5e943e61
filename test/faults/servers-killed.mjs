/**
 * Servers nobody here wrote: `npm run faults:servers-killed` sends 1,000 messages through each and kills the sender 20 times.
 * What lies in the Maildir afterwards is what the ledger calls accepted, and at most what it calls uncertain, once each.
 * `--only exim`, `--seed 7`, `--modes window`. Needs root, and apt for what is not installed. Ends with 1 when it does
 * not hold, or when a server could not be run.
 */
import { chooseModes } from './modes.mjs';
import { createRandom } from './random.mjs';
import { Sender } from './sender.mjs';
import { startExim } from './servers/exim.mjs';
import { countByRecipient } from './servers/mailbox.mjs';
import { startOpenSmtpd } from './servers/opensmtpd.mjs';
import { startPostfix } from './servers/postfix.mjs';
import { wait } from './trials.mjs';

const servers = { postfix: startPostfix, exim: startExim, opensmtpd: startOpenSmtpd };
const recipients = 1_000;
const killsWanted = 20;
const connections = 4;
/** Of a fifth of the list at most, so that there is somebody left for the last kill. */
const resultsBeforeKill = random => 1 + Math.floor(random() * 40);

const args = process.argv.slice(2);
const option = name => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const seed = Number(option('--seed') ?? Date.now() % 1_000_000);
const only = option('--only')?.split(',') ?? Object.keys(servers);
const [mode] = chooseModes(option('--modes') ?? 'groups');

console.log(`seed ${seed}, ${mode.name}`);
console.log('server      kills  accepted  uncertain  delivered  lost  dup.      s  holds');
let failures = 0;
for (const [index, name] of Object.keys(servers).entries()) {
  if (!only.includes(name)) continue;
  const startedAt = performance.now();
  try {
    const { cells, problems } = await throughServer(servers[name], createRandom(seed + index));
    const widths = [5, 8, 9, 9, 4, 4, 5];
    cells.push(Math.round((performance.now() - startedAt) / 1_000));
    const row = cells.map((cell, column) => String(cell).padStart(widths[column])).join('  ');
    console.log(`${name.padEnd(10)}  ${row}  ${problems.length === 0 ? 'yes' : 'NO'}`);
    for (const problem of problems.slice(0, 5)) console.log(`            ${problem}`);
    failures += problems.length === 0 ? 0 : 1;
  } catch (error) {
    console.log(`${name.padEnd(10)}  not run: ${error.message}`);
    failures += 1;
  }
}
process.exitCode = failures === 0 ? 0 : 1;

async function throughServer(start, random) {
  const server = await start();
  const sender = new Sender();
  try {
    sender.flags = mode.flags;
    sender.writeList(recipients);
    const kills = await sendAndKill(sender, server, random);
    const copies = countByRecipient(await server.readMail());
    return compare(sender, copies, kills, server.refuses ?? (() => false));
  } finally {
    await server.stop();
    sender.leave();
  }
}

/** Sends, kills, resumes, and lets the last one finish. @returns how often it was killed. */
async function sendAndKill(sender, server, random) {
  const how = ['--connections', String(connections), '--retry-for', '0s'];
  let kills = 0;
  for (let runs = 0; runs < 3 * killsWanted; runs += 1) {
    const child = runs === 0 ? sender.send(server, ...how) : sender.goOn(server, ...how);
    if (kills < killsWanted) killAfterResults(child, resultsBeforeKill(random), random() * 20);
    const { status, stderr } = await child.ended;
    if (status === 'SIGKILL') kills += 1;
    else if (![0, 1, 75].includes(status)) throw new Error(`the sender ended with ${status}: ${stderr}`);
    else if (openIn(sender) === 0) break;
  }
  return kills;
}

function killAfterResults(child, results, laterMs) {
  let seen = 0;
  child.stdout.on('data', chunk => {
    const before = seen;
    seen += chunk.toString().split('"type":"recipient"').length - 1;
    if (before < results && seen >= results) void wait(laterMs).then(() => child.kill('SIGKILL'));
  });
}

function openIn(sender) {
  const open = ['pending', 'deferred', 'sending'];
  return [...sender.ledger().states.values()].filter(state => open.includes(state)).length;
}

function compare(sender, copies, kills, isRefused) {
  const { states, integrity } = sender.ledger();
  const found = { accepted: 0, uncertain: 0, lost: 0, duplicates: 0 };
  const problems = [];
  for (const address of sender.addresses) {
    const state = states.get(address) ?? 'missing';
    const count = copies.get(address) ?? 0;
    if (state === 'accepted') found.accepted += 1;
    if (state === 'uncertain') found.uncertain += 1;
    if (state === 'accepted' && count === 0) found.lost += 1;
    if (count > 1) found.duplicates += count - 1;
    const [right, wrongCount] = isRefused(address) ? ['rejected', count > 0] : ['accepted', false];
    if (wrongCount || ![right, 'uncertain'].includes(state))
      problems.push(`${address} is ${state}, ${count} in the Maildir`);
  }
  const delivered = [...copies.values()].reduce((sum, count) => sum + count, 0);
  const strangers = [...copies.keys()].filter(address => !sender.addresses.includes(address));
  if (found.lost > 0) problems.push(`${found.lost} accepted and not in the Maildir`);
  if (found.duplicates > 0) problems.push(`${found.duplicates} too many in the Maildir`);
  if (strangers.length > 0)
    problems.push(`in the Maildir and on no list: ${strangers.slice(0, 5).join(', ')}`);
  if (found.uncertain > connections * mode.window * kills) problems.push(`${found.uncertain} uncertain`);
  if (kills < killsWanted) problems.push(`killed only ${kills} times`);
  if (integrity !== 'ok') problems.push(`integrity_check: ${integrity}`);
  return {
    cells: [kills, found.accepted, found.uncertain, delivered, found.lost, found.duplicates],
    problems,
  };
}
