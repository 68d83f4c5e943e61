/** One email through a server, sent by the built command: who it went to, what the ledger says, what arrived. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sender } from '../sender.mjs';
import { addressOfHome, people } from './people.mjs';

/** Courier waits 8 s before it refuses; a reply that never comes is not waited for as long as users wait. */
const patienceMs = 20_000;
const refusedAt = 49;

/**
 * @param kind `group`: To, Cc and Bcc; `each`: a hundred people, one of them refused unless the server refuses nobody.
 * @returns `kind`, `addresses`, `refused`, `status` and `stderr` of the command, `states` by address, `mail`, `seconds`.
 */
export async function sendThrough({ server, port, mode, connections, kind }) {
  const sender = new Sender();
  const marker = randomUUID();
  try {
    sender.flags = mode.flags;
    sender.environment.MAILTRACK_FROM = 'News <news@example.com>';
    sender.environment.MAILTRACK_TEST_SMTP_TIMEOUTS = JSON.stringify(
      Object.fromEntries(['greeting', 'mail', 'rcpt', 'data', 'endOfData'].map(step => [step, patienceMs])),
    );
    if (server.login !== undefined) sender.environment.MAILTRACK_SMTP_PASSWORD = server.login.password;
    const { addresses, refused, who } = kind === 'group' ? groupMail() : mailMerge(sender, server);
    writeFileSync(
      join(sender.folder, 'msg.md'),
      `---\nsubject: Meeting ${marker}\n---\nWe meet on Monday.\n`,
    );
    const user = server.login === undefined ? '' : `${server.login.user}@`;
    const smtp = ['--smtp', `smtp://${user}127.0.0.1:${port}`, ...mode.flags];
    const how = [
      '--connections',
      connections,
      '--retry-for',
      '0s',
      '--yes',
      '--again',
      '--no-track',
      '--json',
    ];
    const startedAt = performance.now();
    const { status, stderr } = await sender.start(['send', 'msg.md', ...who, ...smtp, ...how]).ended;
    const seconds = (performance.now() - startedAt) / 1_000;
    const mail = (await server.readMail()).filter(({ message }) => message.includes(marker));
    return { kind, addresses, refused, status, stderr, states: sender.ledger().states, mail, seconds };
  } finally {
    sender.leave();
  }
}

function groupMail() {
  const addresses = people.slice(0, 4).map(addressOfHome);
  const [first, second, third, fourth] = addresses;
  return { addresses, who: ['--to', `${first},${second}`, '--cc', third, '--bcc', fourth] };
}

function mailMerge(sender, server) {
  const addresses = people.map(addressOfHome);
  const refused = server.refusesNobody === true ? undefined : 'nosuch@example.com';
  if (refused !== undefined) addresses[refusedAt] = refused;
  writeFileSync(join(sender.folder, 'list.csv'), `email\n${addresses.join('\n')}\n`);
  return { addresses, refused, who: ['--each', 'list.csv'] };
}
