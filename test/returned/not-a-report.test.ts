import { expect, it } from 'vitest';
import { readReturned } from '../../src/returned/read-returned.js';
import { deliveryStatusNotification, letter, plainReport } from './reports.js';

const report = plainReport({
  text: '<ben@example.com>: host mx.example.com said: 550 5.1.1 <ben@example.com>: User unknown',
});
const quoted = report.replaceAll(/^/gm, '> ');

/** Ways to answer, and what people write. The pairs are 200. */
const answers = [
  { subject: 'Re: Meeting', header: ['In-Reply-To: <meeting@example.org>'] },
  { subject: 'AW: Meeting', header: [] },
  { subject: 'Re[2]: Undelivered Mail Returned to Sender', header: ['References: <1@mx.example.net>'] },
  {
    subject: 'SV: Delivery failure',
    header: ['In-Reply-To: <1@mx.example.net>', 'X-Auto-Response-Suppress: All'],
  },
  {
    subject: 'Re: Delivery Status Notification (Failure)',
    header: ['In-Reply-To: <1@mx.example.net>', 'Precedence: bulk'],
  },
];
const texts = [
  'Yes, gladly.',
  'I will be there on 5 December.',
  `Look what came back when I wrote to Ben:\n\n${quoted}`,
  `My mail to ben@example.com failed, user unknown. Have you another address?`,
  `Did this one reach you? I got the report below.\n\n-----Original Message-----\n${report}`,
  'Your message could not be delivered to my old mailbox, I had to look for it in the web mail.',
  'The mailbox is full again, I cannot send the pictures to carl@example.com.',
  'On Monday Sender wrote:\n> Undelivered Mail Returned to Sender\n> <ben@example.com>: 550 5.1.1 User unknown',
];
const writers = [
  'Anna <anna@example.com>',
  'ben@example.com',
  '"Post, Martina" <m.post@example.com>',
  'Dana Exchange-Miller <dana@example.com>',
  '=?utf-8?q?J=C3=B6rg?= <joerg@example.com>',
];

it('takes none of 200 answers of people for a report, some of which quote one', async () => {
  const letters = answers.flatMap(answer =>
    texts.flatMap(text => writers.map(from => letter({ ...answer, from, text }))),
  );
  const kinds = await Promise.all(letters.map(async text => (await readReturned(Buffer.from(text))).kind));
  expect(letters.length).toBe(200);
  expect(kinds.filter(kind => kind !== 'reply')).toEqual([]);
});

it('takes a report that a person forwards as an attachment for theirs', async () => {
  const inner = deliveryStatusNotification(
    'It failed.',
    'Final-Recipient: rfc822; ben@example.com\nAction: failed\nStatus: 5.1.1',
  );
  const text = `--f\n\nSee what I got.\n\n--f\nContent-Type: message/rfc822\n\n${inner}\n--f--`;
  const header = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=f'];
  expect(
    (
      await readReturned(
        Buffer.from(letter({ subject: 'Fwd: Undelivered Mail Returned to Sender', header, text })),
      )
    ).kind,
  ).toBe('other');
});

it.each([
  [
    'a newsletter',
    letter({ subject: 'News', from: 'News <news@example.com>', text: 'Delivery is free this week.' }),
  ],
  [
    'a letter about a parcel',
    letter({ subject: 'Delivery problem with your order', text: 'The parcel could not be delivered.' }),
  ],
  ['an empty message', ''],
  ['octets without a header', '\0\u00ff\n\n@@@'],
])('takes %s for something else', async (_, text) => {
  expect((await readReturned(Buffer.from(text))).kind).toBe('other');
});
