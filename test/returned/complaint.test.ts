import { expect, it } from 'vitest';
import { readReturned } from '../../src/returned/read-returned.js';
import { letter, returnedHeader } from './reports.js';

function feedback(fields: string, original = returnedHeader): Buffer {
  return Buffer.from(
    letter({
      from: 'feedback@provider.example',
      subject: 'Email Feedback Report',
      header: [
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=feedback-report; boundary=f',
      ],
      text: `--f\n\nThis is an abuse report.\n\n--f\nContent-Type: message/feedback-report\n\n${fields}\n\n--f\nContent-Type: message/rfc822\n\n${original}\n\nHello\n--f--`,
    }),
  );
}

it('reads a feedback report with the name of the one who complained', async () => {
  expect(
    await readReturned(feedback('Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <anna@example.com>')),
  ).toMatchObject({
    kind: 'complaint',
    feedbackType: 'abuse',
    isUnwanted: true,
    addresses: ['anna@example.com'],
  });
});

it.each(['not-spam', 'auth-failure'])('takes %s for no complaint about unwanted mail', async type => {
  expect(await readReturned(feedback(`Feedback-Type: ${type}`))).toMatchObject({
    kind: 'complaint',
    isUnwanted: false,
  });
});

it('names nobody where the message had two recipients, and the one where it had one', async () => {
  expect(await readReturned(feedback('Feedback-Type: abuse'))).toMatchObject({ addresses: [] });
  expect(
    await readReturned(feedback('Feedback-Type: abuse', 'From: sender@example.org\nTo: anna@example.com')),
  ).toMatchObject({
    addresses: ['anna@example.com'],
  });
});

it('tells a notification of a mail program from a report on delivery', async () => {
  const text = letter({
    header: [
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=d',
    ],
    text: '--d\n\nRead.\n\n--d\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; anna@example.com\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--d--',
  });
  expect(await readReturned(Buffer.from(text))).toMatchObject({
    kind: 'disposition',
    disposition: 'displayed',
    isManual: true,
    addresses: ['anna@example.com'],
  });
});
