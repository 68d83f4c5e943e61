/**
 * Servers nobody here wrote: `npm run faults:servers` sends group mail to 4 people and a mail merge to 100, of whom one is
 * refused, through each server, in each mode, with 1 and with 4 connections. Everybody but the one refused is accepted,
 * nobody is uncertain, and what arrived is one copy each, with equal header fields.
 * `--only exim,postfix`, `--modes groups`, `--connections 4`, `--mail group`. Most need root, and apt or npm for what they run. Ends
 * with 1 when something does not hold, or when a server could not be run.
 */
import { chooseModes } from './modes.mjs';
import { sendThrough } from './servers/campaign.mjs';
import { countByRecipient } from './servers/mailbox.mjs';
import { servers } from './servers/servers.mjs';
import { startWithoutPipelining } from './servers/without-pipelining.mjs';

const args = process.argv.slice(2);
const option = (name, usual) => (args.includes(name) ? args[args.indexOf(name) + 1] : usual).split(',');
const only = option('--only', Object.keys(servers).join());
const modes = chooseModes(option('--modes', 'dialogue,groups,window').join());
const connections = option('--connections', '1,4');
const kinds = option('--mail', 'group,each');
const unknown = only.filter(name => !Object.hasOwn(servers, name));
if (unknown.length > 0) throw new Error(`no server "${unknown}"; there are ${Object.keys(servers)}`);

const columns = {
  server: -12,
  mode: -8,
  conn: 4,
  mail: -5,
  accepted: 8,
  rejected: 8,
  uncertain: 9,
  pending: 7,
  copies: 6,
  s: 6,
};
print(Object.fromEntries(Object.keys(columns).map(name => [name, name])), 'holds');
let failures = 0;
for (const name of only) {
  try {
    await runServer(name);
  } catch (error) {
    console.log(`${name.padEnd(12)}  not run: ${error.message}`);
    failures += 1;
  }
}
process.exitCode = failures === 0 ? 0 : 1;

async function runServer(name) {
  const server = await servers[name].start();
  const withoutPipelining = await startWithoutPipelining(server.port);
  try {
    for (const mode of modes)
      for (const count of connections)
        for (const kind of kinds) {
          const port = mode.name === 'dialogue' ? withoutPipelining.port : server.port;
          const result = await sendThrough({ server, port, mode, connections: count, kind });
          const problems = judge(result, servers[name].maySpoil ?? 0);
          const { states, mail, seconds } = result;
          const row = { server: name, mode: mode.name, conn: count, mail: kind, ...countStates(states) };
          print({ ...row, copies: mail.length, s: seconds.toFixed(1) }, problems.length === 0 ? 'yes' : 'NO');
          for (const problem of problems.slice(0, 5)) console.log(`              ${problem}`);
          failures += problems.length === 0 ? 0 : 1;
        }
  } finally {
    await withoutPipelining.stop();
    await server.stop();
  }
}

function print(row, holds) {
  const cells = Object.entries(columns).map(([name, width]) =>
    width < 0 ? String(row[name]).padEnd(-width) : String(row[name]).padStart(width),
  );
  console.log(`${cells.join('  ')}  ${holds}`);
}

function countStates(states) {
  const count = (...wanted) => [...states.values()].filter(state => wanted.includes(state)).length;
  return {
    accepted: count('accepted'),
    rejected: count('rejected'),
    uncertain: count('uncertain'),
    pending: count('pending', 'deferred', 'sending'),
  };
}

/** @param maySpoil how many recipients may be uncertain, with a server that is not known by its greeting. */
function judge({ kind, status, stderr, addresses, refused, states, mail }, maySpoil) {
  const problems = [];
  const copies = countByRecipient(mail);
  const uncertain = addresses.filter(address => states.get(address) === 'uncertain').length;
  for (const address of addresses) {
    const state = states.get(address) ?? 'missing';
    const count = copies.get(address) ?? 0;
    const wanted = address === refused ? 'rejected' : 'accepted';
    const isRight = state === wanted && count === (wanted === 'accepted' ? 1 : 0);
    const isSpoilt = state === 'uncertain' && count <= 1 && wanted === 'accepted' && uncertain <= maySpoil;
    if (!isRight && !isSpoilt) problems.push(`${address} is ${state}, and got ${count} copies`);
  }
  for (const address of copies.keys())
    if (!addresses.includes(address)) problems.push(`${address} is on no list, and got a copy`);
  const expected = refused === undefined ? 0 : 1;
  if (uncertain === 0 && status !== expected)
    problems.push(`the sender ended with ${status}: ${stderr.slice(-300)}`);
  return [...problems, ...judgeFields(kind, mail)];
}

/** Copies of group mail are one email; those of a mail merge are many, from one sender and with one subject. */
function judgeFields(kind, mail) {
  const same = kind === 'group' ? ['From', 'To', 'Cc', 'Subject', 'Date', 'Message-ID'] : ['From', 'Subject'];
  const different = same.filter(name => new Set(mail.map(({ message }) => fieldOf(message, name))).size > 1);
  const problems = different.map(name => `the copies differ in ${name}`);
  if (kind === 'group') return problems;
  const ids = new Set(mail.map(({ message }) => fieldOf(message, 'Message-ID')));
  if (ids.size < new Set(mail.map(({ recipient }) => recipient)).size)
    problems.push('two emails have one Message-ID');
  const strange = mail.find(({ recipient, message }) => !fieldOf(message, 'To').includes(recipient));
  if (strange !== undefined) problems.push(`the copy of ${strange.recipient} has another address in To`);
  return problems;
}

/** Unfolded, since servers may fold a field anew. */
function fieldOf(message, name) {
  const head = message.split(/\r?\n\r?\n/, 1)[0].replaceAll(/\r?\n[ \t]+/g, ' ');
  const [, value = ''] = new RegExp(`^${name}: *(.*)$`, 'im').exec(head) ?? [];
  return value.replaceAll(/\s+/g, ' ').trim();
}
