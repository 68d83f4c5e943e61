/**
 * Hostile templates, written to a disk, planned and sent with real parts to a server that writes down what it gets. A file
 * outside the template's folder holds a word that no message and no sentence may hold.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLeftovers } from '../../src/merge/leftovers.js';
import { type HostileTemplate, hostileTemplates } from '../merge/hostile-templates.js';
import { nothingHappened, Office, type Sent } from './office.js';

const canary = 'canary-7f3a';
const office = new Office();
/** More of what may never happen. */
const tally = { filesRead: 0, leftoversSent: 0, tooSlow: 0 };
const mostMs = 10_000;

beforeAll(() => office.open());
afterAll(() => office.close());

/** In a folder of its own, with the file that is somebody's beside the folder. */
function write({ file, source, files = {}, row = {} }: HostileTemplate) {
  const around = mkdtempSync(join(office.folder, 'case-'));
  const folder = join(around, 'mails');
  mkdirSync(folder);
  const outside = join(around, 'outside.txt');
  writeFileSync(outside, canary);
  const put = (name: string, content: string | Uint8Array) =>
    writeFileSync(
      join(folder, name),
      typeof content === 'string' ? content.replaceAll('@outside@', outside) : content,
    );
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') put(name, content);
    else symlinkSync(content.linkTo.replaceAll('@outside@', outside), join(folder, name));
  }
  const path = join(folder, file);
  if (typeof source === 'string' || source instanceof Uint8Array) put(file, source);
  else if (source.strange === 'folder') mkdirSync(path);
  else if (source.strange === 'fifo') execFileSync('mkfifo', [path]);
  else symlinkSync('/dev/zero', path);
  const cells = Object.entries(row).map(([key, value]) => [key, value.replaceAll('@outside@', outside)]);
  // Not a literal: `__proto__` is a column like others.
  const keys = [['email', 'anna@x.example'], ...cells].map(pair =>
    pair.map(one => JSON.stringify(one)).join(':'),
  );
  put('people.ndjson', `{${keys.join()}}`);
  return { folder, path, list: join(folder, 'people.ndjson'), template: String(source) };
}

async function send(one: HostileTemplate): Promise<{ readonly sent: Sent; readonly folder: string }> {
  const { folder, path, list, template } = write(one);
  const begunAt = performance.now();
  const sent = await office.send(
    {
      templatePath: path,
      folder: dirname(path),
      subject: /^\ufeff?---|<title>|^# /.test(template) ? undefined : 'Hello',
      trackingUrl: 'http://127.0.0.1:9',
      named: { to: [], cc: [], bcc: [], each: [list] },
    },
    ['anna@x.example'],
  );
  if (performance.now() - begunAt > mostMs) tally.tooSlow += 1;
  return { sent, folder };
}

/** `code file:line:column`, the file without its folder. */
function placesOf(sent: Sent, folder: string): readonly string[] | 'sent' {
  if (!('refused' in sent)) return 'sent';
  return sent.refused.map(({ code, where }) =>
    [
      code,
      where && [where.file.replace(`${folder}/`, ''), where.line, where.column].filter(Boolean).join(':'),
    ]
      .filter(Boolean)
      .join(' '),
  );
}

function wholeWith(place: string): RegExp {
  return new RegExp(`^${place.replaceAll(/[.[\]()]/g, '\\$&').replaceAll('*', '\\d+')}$`);
}

async function readParts(sent: Sent) {
  const [message] = 'received' in sent ? sent.received : [];
  const mail = await PostalMime.parse(message?.bytes ?? '');
  const pixel = /<img src="http:\/\/127\.0\.0\.1:9\/email_opened\/[a-z0-9]+\/tracking\.png"[^>]*>/;
  const html = (mail.html ?? '').replace(pixel, '').trimEnd();
  const all = [
    mail.subject,
    html,
    mail.text,
    ...mail.attachments.map(({ content }) => Buffer.from(content as ArrayBuffer).toString('latin1')),
  ];
  return { ...mail, html, all: all.join('\n') };
}

describe.each(Object.entries(hostileTemplates))('%s', (_, templates) => {
  it.each(templates)('$name', async one => {
    const { sent, folder } = await send(one);
    const said =
      'refused' in sent ? JSON.stringify(sent.refused.map(({ message, fix }) => [message, fix])) : '';
    const read = await readParts(sent);
    if (`${said}${read.all}`.includes(canary)) tally.filesRead += 1;
    if (!('refused' in sent) && one.isMeant !== true) tally.leftoversSent += findLeftovers(read.all).length;
    const expected = one.refused?.map(place => expect.stringMatching(wholeWith(place)) as string) ?? 'sent';
    expect([placesOf(sent, folder), said]).toEqual([expected, said]);
    if (one.refused !== undefined) return;
    // What is laid out by us, or long, is looked for; the rest is compared.
    if (one.html !== undefined && one.file.endsWith('.html'))
      expect(read.html).toContain(one.html.slice(0, 200_000));
    else if (one.html !== undefined) expect(read.html).toContain(one.html);
    // Beside another part a text is read with one line end more.
    if (one.text !== undefined) expect(read.text?.replace(/\n$/, '')).toBe(one.text);
    if (one.subject !== undefined) expect(read.subject).toBe(one.subject);
  });
});

it('never reads a file of somebody’s, sends what is left over, crashes or takes long: in all of more than 150 cases', () => {
  const { cases, ...happened } = office.tally;
  expect({ ...happened, ...tally }).toEqual({
    ...nothingHappened,
    filesRead: 0,
    leftoversSent: 0,
    tooSlow: 0,
  });
  expect(cases).toBeGreaterThanOrEqual(150);
});
