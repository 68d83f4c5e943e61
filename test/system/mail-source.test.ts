import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMailSource } from '../../src/system/mail-source.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-source-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** For each message its file, line and text; for what cannot be read its message and fix. */
async function read(name = ''): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const item of readMailSource(name === '' ? folder : join(folder, name))) {
    if (item.kind === 'unreadable')
      lines.push(`${item.problem.message} | ${item.problem.fix ?? ''}`.replaceAll(folder, '…'));
    else {
      const { file, line } = item.where;
      lines.push(
        `${file.slice(folder.length + 1)}${line === undefined ? '' : `:${line}`} ${Buffer.from(item.octets).toString().trim()}`,
      );
    }
  }
  return lines;
}

describe('a Maildir', () => {
  it('is read in the order of delivery, new and current, without its temporary files', async () => {
    write('cur/1700000002.b.host:2,S', 'Subject: 2');
    write('cur/1700000010.c.host:2,', 'Subject: 3');
    write('new/1700000001.a.host', 'Subject: 1');
    write('tmp/1700000003.d.host', 'Subject: 4');
    write('cur/.hidden', 'x');
    write('dovecot-uidlist', '3 V1');
    expect(await read()).toEqual([
      'new/1700000001.a.host Subject: 1',
      'cur/1700000002.b.host:2,S Subject: 2',
      'cur/1700000010.c.host:2, Subject: 3',
    ]);
  });

  it('stays as it is', async () => {
    write('new/1.a.host', 'Subject: 1');
    mkdirSync(join(folder, 'cur'));
    const look = () => [
      readdirSync(join(folder, 'new')),
      readdirSync(join(folder, 'cur')),
      statSync(join(folder, 'new/1.a.host')).mtimeMs,
    ];
    const before = look();
    await read();
    expect(look()).toEqual(before);
  });

  it('without a message has none', async () => {
    for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(folder, name));
    expect(await read()).toEqual([]);
  });

  it('gives a message that another program moves while it is read', async () => {
    write('new/1.a.host', 'Subject: 1');
    write('new/2.b.host', 'Subject: 2');
    write('new/3.c.host', 'Subject: 3');
    mkdirSync(join(folder, 'cur'));
    const files: string[] = [];
    for await (const item of readMailSource(folder)) {
      if (item.kind === 'message') files.push(item.where.file.slice(folder.length + 1));
      if (files.length > 1) continue;
      rmSync(join(folder, 'new/3.c.host'));
      rmSync(join(folder, 'new/2.b.host'));
      write('cur/2.b.host:2,S', 'Subject: 2');
    }
    expect(files.slice(0, 2)).toEqual(['new/1.a.host', 'cur/2.b.host:2,S']);
  });
});

describe('a folder', () => {
  it('of saved messages is read in the order of their numbers', async () => {
    write('10.eml', 'Subject: 10');
    write('9.EML', 'Subject: 9');
    write(
      'all.mbox',
      'From x Mon Nov 30 09:00:00 2026\nSubject: A\n\nFrom\n\nFrom y Mon Nov 30 09:00:00 2026\nSubject: B\n',
    );
    write('notes.txt', 'x');
    expect(await read()).toEqual([
      '9.EML Subject: 9',
      '10.eml Subject: 10',
      'all.mbox:1 Subject: A\n\nFrom',
      'all.mbox:6 Subject: B',
    ]);
  });

  it('with a file that is not a message names it and reads the others', async () => {
    write('1.eml', 'nothing of a message');
    write('2.eml', 'Subject: 2');
    write('3.eml', new Uint8Array([0xd0, 0xcf, 0x11, 0xe0]));
    write('4.eml', new Uint8Array([0x1f, 0x8b, 8, 0]));
    expect(await read()).toEqual([
      '…/1.eml is not a message: it does not begin with a header field | Save the message with its whole source (.eml).',
      '2.eml Subject: 2',
      '…/3.eml is a message in the format of Outlook (.msg) | Save it as .eml.',
      '…/4.eml is compressed with gzip | Unpack it first: gunzip, or zcat FILE | mailtrack inbox -',
    ]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'with a file that may not be read names it and reads the others',
    async () => {
      write('1.eml', 'Subject: 1');
      write('2.eml', 'Subject: 2');
      chmodSync(join(folder, '1.eml'), 0);
      expect(await read()).toEqual(['…/1.eml cannot be read: permission denied | ', '2.eml Subject: 2']);
    },
  );

  it('without mail is refused', async () => {
    write('notes.txt', 'x');
    await expect(read()).rejects.toMatchObject({
      code: 'input-missing',
      message: `${folder}/ is neither a Maildir nor a folder with .eml or .mbox files`.replace('/ is', ' is'),
      fix: 'A Maildir has the folders cur and new. Name one of them, or a folder with saved messages.',
    });
  });
});

describe('a file', () => {
  it('with the length of the message before it is read without that', async () => {
    write('1.emlx', '11      \nSubject: 1\n<?xml version="1.0"?>');
    expect(await read('1.emlx')).toEqual(['1.emlx Subject: 1']);
  });

  it('without anything in it has no message, as an mbox that was emptied', async () => {
    write('empty', '');
    expect(await read('empty')).toEqual([]);
  });

  it('of any size is read up to 4 MB', async () => {
    write('large.eml', `Subject: 1\n\n${'x'.repeat(6 * 1024 * 1024)}`);
    const sizes: number[] = [];
    for await (const item of readMailSource(join(folder, 'large.eml')))
      if (item.kind === 'message') sizes.push(item.octets.length);
    expect(sizes).toEqual([4 * 1024 * 1024]);
  });

  it('that is neither a file nor a folder is refused', async () => {
    await expect(read('absent')).rejects.toMatchObject({ code: 'input-missing' });
    const items = readMailSource('/dev/null');
    await expect(items.next()).rejects.toMatchObject({
      code: 'io',
      message: '/dev/null is neither a file nor a folder',
      fix: 'Name a file, a folder, or -.',
    });
  });
});
