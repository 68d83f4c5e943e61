/**
 * Whole emails, from template and list to the octets of each copy, kept in `mail/` and compared octet for octet; and
 * what two parsers that we did not write make of them. `npm run golden:update` writes the files anew.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectHeader } from '../../src/message/inspect-header.js';
import { openToken } from '../../src/tracking/token.js';
import { testRing } from '../tracking/keys.js';
import { addressing } from './cases/addressing.js';
import { bodies } from './cases/bodies.js';
import { headerFields } from './cases/header-fields.js';
import { parts } from './cases/parts.js';
import { tracking } from './cases/tracking.js';
import type { GoldenCase, Reading } from './golden-case.js';
import { type GoldenCopy, makeMail, resolveTestKey } from './make-mail.js';
import { fileHash, hasPython, type ReadMail, readWithPostalMime, readWithPython } from './read-mail.js';

const cases: readonly GoldenCase[] = [...addressing, ...headerFields, ...bodies, ...parts, ...tracking];
const folder = `${import.meta.dirname}/mail`;
const isUpdate = process.env['GOLDEN_UPDATE'] === '1';

/** Copies of each case, in its order. */
const made = new Map<string, readonly GoldenCopy[]>();
beforeAll(async () => {
  for (const golden of cases) made.set(golden.name, await makeMail(golden));
  if (isUpdate) writeAll();
});

function writeAll(): void {
  rmSync(folder, { recursive: true, force: true });
  for (const golden of cases) {
    mkdirSync(`${folder}/${golden.name}`, { recursive: true });
    for (const copy of kept(golden)) writeFileSync(`${folder}/${pathOf(golden, copy)}`, copy.message);
  }
}

function kept({ name, keep }: GoldenCase): readonly GoldenCopy[] {
  return made.get(name)?.slice(0, keep) ?? [];
}

function pathOf({ name }: GoldenCase, { emailAddress }: GoldenCopy): string {
  return `${name}/${emailAddress.replaceAll(/[^\w@.-]/g, '_')}.eml`;
}

function allKept(): readonly (readonly [path: string, golden: GoldenCase, copy: GoldenCopy])[] {
  return cases.flatMap(golden => kept(golden).map(copy => [pathOf(golden, copy), golden, copy] as const));
}

it('has a case for every folder of messages, and a name for every case', () => {
  expect(readdirSync(folder).sort()).toEqual(cases.map(({ name }) => name).sort());
  expect(cases.length).toBeGreaterThanOrEqual(36);
});

describe.each(cases.map(golden => [golden.name, golden] as const))('%s', (name, golden) => {
  it('is made octet for octet as it is kept', () => {
    const copies = kept(golden);
    expect(readdirSync(`${folder}/${name}`).sort()).toEqual(
      copies.map(copy => pathOf(golden, copy).slice(name.length + 1)).sort(),
    );
    for (const copy of copies) {
      const file = readFileSync(`${folder}/${pathOf(golden, copy)}`);
      // First in a form that shows where they differ.
      expect(linesOf(copy.message)).toEqual(linesOf(file));
      expect(copy.message.equals(file)).toBe(true);
    }
  });

  it('says what it was meant to say', async () => {
    for (const { emailAddress, message } of kept(golden)) {
      const expected = { ...golden.expected, ...golden.own?.[emailAddress] };
      expectReading(await readWithPostalMime(message), expected);
    }
  });

  it('keeps to what servers and mail programs ask for', () => {
    for (const { message } of kept(golden)) expectWellFormed(message, name.startsWith('international'));
  });
});

function linesOf(message: Buffer): readonly string[] {
  return message.toString('latin1').split('\n');
}

function expectReading(read: ReadMail, expected: Reading): void {
  const { subject, from, to, cc, replyTo, tree, files, text, html, fields } = read;
  expect({ subject, from, to, cc, replyTo, tree, files }).toEqual({
    subject: expected.subject,
    from: expected.from,
    to: expected.to,
    cc: expected.cc ?? [],
    replyTo: expected.replyTo ?? [],
    tree: expected.tree,
    files: (expected.files ?? []).map(([name, type, content]) => [name, type, fileHash(type, content)]),
  });
  expect(text.slice(0, expected.text.length)).toBe(expected.text);
  expect(text).not.toContain('email_opened');
  expect(html.split('/email_opened/')).toHaveLength(expected.pixels + 1);
  let at = 0;
  for (const words of expected.html ?? []) {
    const found = html.indexOf(words, at);
    expect(found, `${JSON.stringify(words)} in ${html}`).not.toBe(-1);
    at = found + words.length;
  }
  for (const [name, value] of Object.entries(expected.fields ?? {}))
    expect(fields[name.toLowerCase()]).toBe(value);
}

/** Fields a message has once, and no Bcc. RFC 5322 §3.6 */
const once = ['date', 'from', 'message-id', 'mime-version', 'subject', 'content-type'];

function expectWellFormed(message: Buffer, isInternational: boolean): void {
  const octets = message.toString('latin1');
  expect(octets).not.toMatch(/[^\r]\n|\r[^\n]/);
  if (!isInternational) expect(octets).toMatch(/^[\x20-\x7e\t\r\n]*$/);
  for (const line of octets.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  const [header = ''] = octets.split('\r\n\r\n', 1);
  for (const line of header.split('\r\n')) {
    // A line that could be folded has a blank somewhere behind its start.
    if (line.length > 78) expect(line).toMatch(/^(?:[\w-]+: )?[ \t]*\S+$/);
    expect(line).not.toMatch(/^\s*$/);
  }
  const names = inspectHeader(message).map(({ name }) => name.toLowerCase());
  expect(names.filter(name => once.includes(name)).sort()).toEqual(once.toSorted());
  expect(names.filter(name => name !== 'dkim-signature')).toEqual([
    ...new Set(names.filter(name => name !== 'dkim-signature')),
  ]);
  expect(octets).not.toMatch(/^bcc:/im);
}

describe('Python’s email package', () => {
  it.skipIf(!hasPython)(
    `finds nothing wrong with any of them, and reads them as postal-mime does${hasPython ? '' : ' (python3 is not installed)'}`,
    async () => {
      const files = allKept();
      const readings = readWithPython(files.map(([path]) => `${folder}/${path}`));
      for (const [index, [path, , { message }]] of files.entries()) {
        expect([path, comparable(readings[index])]).toEqual([
          path,
          comparable(await readWithPostalMime(message)),
        ]);
      }
    },
  );
});

/** Of the other fields each parser has its own idea of what is decoded, so those are compared with what was meant. */
function comparable(read: ReadMail | undefined) {
  return { ...read, fields: undefined };
}

describe('copies', () => {
  it('tell of their recipient in the pixel and in X-Copy-Id alone, and only to the holder of the key', async () => {
    for (const { message } of made.get('group-to-cc-bcc') ?? []) {
      const { html, fields } = await readWithPostalMime(message);
      const [, token = '-'] = /email_opened\/([^/]+)/.exec(html) ?? [];
      const joined = message.toString('latin1').replaceAll('=\r\n', '');
      expect(joined.split(token)).toHaveLength(2);
      expect(Object.keys(fields).filter(name => /mailer|user-agent|^x-/.test(name))).toEqual(['x-copy-id']);
      expect(openToken(testRing, fields['x-copy-id'] ?? '')?.purpose).toBe('copy');
    }
  });

  it('have boundaries that stand in no part', () => {
    for (const [path, , { message }] of allKept()) {
      const octets = message.toString('latin1');
      for (const [, boundary = ''] of octets.matchAll(/^ boundary="([^"]+)"/gm)) {
        const lines = octets.split('\r\n').filter(line => line.includes(boundary));
        const delimiters = lines.filter(line => line === `--${boundary}` || line === `--${boundary}--`);
        expect([path, lines.length - delimiters.length, boundary.length <= 70]).toEqual([path, 1, true]);
      }
    }
  });
});

describe('the field X-Copy-Id', () => {
  it('is in group mail without List-Unsubscribe, and in nothing else', () => {
    for (const { name, options } of cases) {
      const isGroup = (options.named?.each.length ?? 0) === 0;
      for (const { message } of made.get(name) ?? []) {
        const names = inspectHeader(message).map(field => field.name);
        expect([name, names.includes('X-Copy-Id')]).toEqual([
          name,
          isGroup && !names.includes('List-Unsubscribe'),
        ]);
      }
    }
  });

  it('is another one in each copy', () => {
    for (const copies of made.values()) {
      const ids = copies.flatMap(({ message }) =>
        inspectHeader(message).flatMap(({ name, value }) => (name === 'X-Copy-Id' ? [value] : [])),
      );
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('the field List-Unsubscribe', () => {
  const withLink = cases.filter(({ name }) => name.startsWith('link-to-unsubscribe'));

  it('has the one link of the body, in one line, a different one in each copy, where it is https', async () => {
    for (const golden of withLink) {
      const urls: string[] = [];
      for (const { message } of made.get(golden.name) ?? []) {
        const [, url = ''] = /href="([^"]+)"/.exec((await readWithPostalMime(message)).html) ?? [];
        const fields = inspectHeader(message).filter(({ name }) => /^list-/i.test(name));
        const expected = [
          { name: 'List-Unsubscribe', value: ` <${url}>` },
          { name: 'List-Unsubscribe-Post', value: ' List-Unsubscribe=One-Click' },
        ];
        expect(fields).toEqual(url.startsWith('https:') ? expected : []);
        urls.push(url);
      }
      expect(new Set(urls).size).toBe(urls.length);
    }
  });

  it('is covered by the signatures, which hold', async () => {
    for (const { message } of made.get('link-to-unsubscribe') ?? []) {
      const signatures = inspectHeader(message).filter(({ name }) => name === 'DKIM-Signature');
      expect(signatures).toHaveLength(2);
      for (const { value } of signatures)
        expect(value.replaceAll(/\s/g, '')).toContain(
          ':list-unsubscribe:list-unsubscribe:list-unsubscribe-post:list-unsubscribe-post;',
        );
      const { results } = await dkimVerify(message, { resolver: resolveTestKey });
      expect(results.map(({ status }) => status.result)).toEqual(['pass', 'pass']);
    }
  });
});

describe('copies of group mail', () => {
  const ofGroups = cases.filter(({ options }) => (options.named?.each.length ?? 0) === 0);

  it.each(ofGroups.map(({ name }) => name))('have one header: %s', name => {
    const headers = (made.get(name) ?? []).map(({ message }) =>
      inspectHeader(message)
        .filter(({ name }) => !['DKIM-Signature', 'List-Unsubscribe', 'X-Copy-Id'].includes(name))
        .map(field => `${field.name}:${field.value}`),
    );
    for (const header of headers) expect(header).toEqual(headers[0]);
  });

  it('name nobody in Bcc', () => {
    const hidden = cases.flatMap(({ name, options }) =>
      (options.named?.bcc ?? []).map(address => [name, address]),
    );
    expect(hidden.length).toBeGreaterThan(3);
    for (const [name = '', address = ''] of hidden) {
      for (const { message } of made.get(name) ?? [])
        expect(message.toString()).not.toContain(address.split('@')[0]);
    }
  });

  it('with and without a pixel differ in the pixel and the id of the copy alone', async () => {
    const [tracked, untracked] = made.get('one-not-tracked') ?? [];
    const one = await readWithPostalMime(tracked?.message ?? Buffer.alloc(0));
    const other = await readWithPostalMime(untracked?.message ?? Buffer.alloc(0));
    const alike = (read: ReadMail) => ({ ...read, fields: { ...read.fields, 'x-copy-id': '' } });
    expect(alike({ ...one, html: one.html.replace(/<img [^>]*>/, '') })).toEqual(alike(other));
    expect(one.html).not.toBe(other.html);
  });
});
