/** The samples of templates/, each with its list: nothing in them is to be objected to, and their copies hold what they promise. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { samples } from '../samples/samples.mjs';
import { jsonLines, User } from './command.js';

const folder = resolve('templates');

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'Anthony Archer <anthony@example.com>';
  user.environment['MAILTRACK_TRACKING_URL'] = 'https://t.example.com';
  user.environment['MAILTRACK_SMTP_URL'] = 'smtp://127.0.0.1:9';
});
afterEach(() => user.leave());

function argsOf(name: string): string[] {
  const sample = samples.find(sample => sample.name === name);
  if (sample === undefined) throw new Error(`there is no sample ${name}`);
  return [`${folder}/${sample.template}`, sample.who, `${folder}/${sample.list}`];
}

async function copiesOf(name: string) {
  const out = `${user.folder}/out`;
  const { status, stderr } = await user.run(['send', ...argsOf(name), '--dry-run', '--out', out]);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const files = readdirSync(out).filter(file => file.endsWith('.eml'));
  return Promise.all(files.sort().map(file => PostalMime.parse(readFileSync(`${out}/${file}`))));
}

it('has a list of three to five people for each, at domains nobody has', () => {
  for (const { list } of samples) {
    const [, ...rows] = readFileSync(`${folder}/${list}`, 'utf8').trim().split('\n');
    expect([3, 4, 5]).toContain(rows.length);
    for (const row of rows) expect(row).toMatch(/^\w+@example\.(com|net|org),/);
  }
});

describe.each(samples.map(({ name }) => name))('the sample %s', name => {
  it('has nothing to object to', async () => {
    const { status, stdout } = await user.run(['check', ...argsOf(name), '--json']);
    const [result] = jsonLines(stdout);
    expect(result).toMatchObject({ findings: [] });
    expect(status).toBe(0);
  });

  it('is for light and dark, shows no remote image but the pixel, and says what its images are', async () => {
    for (const { html = '', attachments } of await copiesOf(name)) {
      expect(html).toContain('name="color-scheme" content="light dark"');
      expect(html).toContain('prefers-color-scheme: dark');
      const images = [...html.matchAll(/<img\b[^>]*>/g)].map(([tag]) => tag);
      expect(images.filter(tag => tag.includes('https://t.example.com/email_opened/'))).toHaveLength(1);
      for (const tag of images) {
        expect(tag).toMatch(/\balt="/);
        const contentId = /src="cid:([^"]+)"/.exec(tag)?.[1];
        if (contentId === undefined) expect(tag).toContain('src="https://t.example.com/email_opened/');
        else expect(attachments.map(attachment => attachment.contentId)).toContain(`<${contentId}>`);
      }
    }
  });
});

it('has an unsubscribe link, and says that opens are counted, in the newsletter', async () => {
  for (const { html = '', text = '' } of await copiesOf('newsletter')) {
    expect(html).toContain('href="https://t.example.com/unsubscribe/');
    expect(text).toContain('https://t.example.com/unsubscribe/');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('we count how many read it');
  }
});

it('has an appointment as RFC 5545 wants it in the invitation, and styles on its elements', async () => {
  const [copy] = await copiesOf('invitation');
  expect(copy?.html).toMatch(/<h1 style="[^"]*font: 700 28px\/36px Georgia/);
  const calendar = readFileSync(`${folder}/invitation.ics`, 'latin1');
  expect(copy?.attachments.map(({ filename }) => filename)).toEqual(['invitation.ics']);
  const lines = calendar.split('\r\n');
  expect(calendar.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(lines.filter(line => line.length > 75)).toEqual([]);
  expect(lines.filter(line => /^(BEGIN|END):/.test(line))).toEqual([
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
  for (const name of ['VERSION', 'PRODID', 'UID', 'DTSTAMP', 'DTSTART', 'DTEND', 'SUMMARY'])
    expect(lines.filter(line => line.startsWith(`${name}:`))).toHaveLength(1);
  expect(calendar).not.toContain('METHOD');
});

it('has amounts and dates as a person writes them in the invoice, and a file for each', async () => {
  const copies = await copiesOf('invoice');
  expect(copies.map(({ subject }) => subject)).toEqual(
    ['2026-0117', '2026-0118', '2026-0119'].map(number => `Invoice ${number} of Harbour Ltd`),
  );
  expect(copies[2]?.text).toContain('€12,480.95');
  expect(copies[2]?.text).toContain('4 January 2027');
  for (const file of readFileSync(`${folder}/invoice.csv`, 'utf8').match(/invoices\/.*\.pdf/g) ?? []) {
    const pdf = readFileSync(`${folder}/${file}`, 'latin1');
    expect(pdf).toMatch(/^%PDF-1\.4\n[\s\S]*\n%%EOF\n$/);
    const table = Number(/startxref\n(\d+)\n/.exec(pdf)?.[1]);
    expect(pdf.slice(table, table + 4)).toBe('xref');
  }
});
