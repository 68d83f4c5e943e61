/** What a server delivered: `{ recipient, message }` for each copy, read from its folders. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wait } from '../trials.mjs';

/** One Maildir for everybody. The recipient stands in a field that the server put in front of the message. */
export function readMaildir(maildir) {
  return ['new', 'cur']
    .flatMap(name => readFiles(join(maildir, name)))
    .map(file => {
      const message = readFileSync(file, 'latin1');
      const [, recipient = ''] =
        /^(?:Envelope-to|X-Original-To|Delivered-To): *<?([^\s<>]+)/im.exec(message) ?? [];
      return { recipient: recipient.toLowerCase(), message };
    });
}

/** A folder for each recipient, which may be a Maildir. @param addressOf the name of such a folder → address. */
export function readFolders(folder, addressOf = name => name) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap(name =>
    ['', 'new', 'cur', 'Maildir/new', 'Maildir/cur']
      .flatMap(part => readFiles(join(folder, name, part)))
      .filter(file => !file.split('/').at(-1).startsWith('.'))
      .map(file => ({ recipient: addressOf(name).toLowerCase(), message: readFileSync(file, 'latin1') })),
  );
}

/** How often each address got something. */
export function countByRecipient(mail) {
  const copies = new Map();
  for (const { recipient } of mail) copies.set(recipient, (copies.get(recipient) ?? 0) + 1);
  return copies;
}

/** Nothing waits in a queue any more. @param isQueued tells the files of a message from others. */
export async function waitForEmptyQueue(folders, isQueued = () => true) {
  const queued = () =>
    folders
      .filter(existsSync)
      .flatMap(folder => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter(entry => entry.isFile() && isQueued(entry.name)).length;
  const deadline = performance.now() + 180_000;
  // Several times in a row: a message moves between two folders.
  for (let empty = 0; empty < 5; empty = queued() === 0 ? empty + 1 : 0) {
    if (performance.now() > deadline) throw new Error(`${queued()} files still in the queue`);
    await wait(100);
  }
}

/** For a server whose queue cannot be looked into: what is there once nothing was added for three seconds. */
export async function readWhenQuiet(read) {
  let mail = read();
  for (let quiet = 0; quiet < 30; ) {
    await wait(100);
    const now = read();
    quiet = now.length === mail.length ? quiet + 1 : 0;
    mail = now;
  }
  return mail;
}

function readFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(folder, entry.name));
}
