import { expect, it } from 'vitest';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { checkPlannedEmail } from '../../src/workflow/check-email.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { Files } from '../../src/workflow/ports.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from './draft.js';
import { PatientClock } from './world.js';

/** What is found in a template filled from the rows of people.csv. */
async function find(template: string, rows: readonly string[]) {
  const files = {
    readText: async () => template,
    readBytes: async () => Buffer.from(template),
    exists: async (path: string) => path.endsWith('.png'),
    isInside: async () => true,
    async *stream() {
      yield Buffer.from(`email,url\n${rows.join('\n')}\n`);
    },
  } as unknown as Files;
  const planned = await planEmail(
    draftWith({
      templatePath: 'msg.html',
      named: { to: [], cc: [], bcc: [], each: ['people.csv'] },
      allowPlaceholders: true,
    }),
    {
      files,
      clock: new PatientClock(),
      random: { bytes: count => Uint8Array.from({ length: count }, (_, index) => index * 7 + index / 256) },
      addressBook: createAddressBook([], new Map()),
      findSuppressed: async () => new Set(),
    },
  );
  const findings = await checkPlannedEmail(planned, testRing);
  return findings.map(({ what, where }) => `${where?.file}:${where?.line}: ${what}`);
}

const row = (number: number, url: string) => `p${number}@example.com,${url}`;

it('tells what all copies have once, with the line of the template', async () => {
  expect(
    await find('<p>Hello</p>\n<a href="/a">a</a> <a href="/a">again</a>\n', [row(1, 'x'), row(2, 'y')]),
  ).toEqual(['msg.html:2: the link "/a" has no scheme, and goes nowhere']);
});

it('finds the value of an attribute, not the same word in the text before it', async () => {
  expect(await find('<p>See plan.</p>\n<a href="plan">x</a>\n', [row(1, 'x')])).toEqual([
    'msg.html:2: the link "plan" has no scheme, and goes nowhere',
  ]);
  expect(await find('<p>x</p>\n\n<a href="?a=1&amp;b=2">x</a>\n', [row(1, 'x')])).toEqual([
    'msg.html:3: the link "?a=1&b=2" has no scheme, and goes nowhere',
  ]);
});

it('calls an image that is attached by its file, where the template names it', async () => {
  expect(await find('<p>Hello</p>\n\n<img src="img/logo.png">\n', [row(1, 'x')])).toEqual([
    'msg.html:3: the image "img/logo.png" has no alt text',
  ]);
});

it('counts the copies that have it, from the row of the first', async () => {
  const [good, bad] = ['https://example.org/a', 'http://example.org/a'];
  const rows = [row(1, good), row(2, bad), row(3, good), row(4, bad)];
  expect(await find('<p>Hi</p><img src="{{ url }}" alt="">', rows)).toEqual([
    'people.csv:3: the image "http://example.org/a" is loaded over http (2 of 4 copies)',
  ]);
});

it('tells 20 of a kind, however many there are', async () => {
  const rows = Array.from({ length: 45 }, (_, index) => row(index, `http://example.org/${index}`));
  const found = await find('<p>Hi</p><img src="{{ url }}" alt="">', rows);
  expect(found).toHaveLength(21);
  expect(found[19]).toBe(
    'people.csv:21: the image "http://example.org/19" is loaded over http (1 of 45 copies)',
  );
  expect(found[20]).toBe('msg.html:undefined: and more of these');
});

it('doubts addresses that may be mistyped, as the plan of a send does', async () => {
  expect(await find('<p>Hello</p>\n', ['ann@gmial.com,x', row(2, 'y')])).toEqual([
    'msg.html:undefined: 1 address may be mistyped: ann@gmial.com (gmail.com?) people.csv:2',
  ]);
});

it('tells a cell that says no to a condition that tests the field alone', async () => {
  expect(
    await find('<p>Hello</p>\n{% if url %}<p>You</p>{% endif %}\n', [row(1, 'yes'), row(2, 'no')]),
  ).toEqual(['msg.html:2: {% if url %} takes the text "no", which people.csv:3 gives to url, for true']);
});
