import { describe, expect, it } from 'vitest';
import { type Capabilities, noCapabilities } from '../../src/smtp/capabilities.js';
import { type MailTransaction, mailCommand, rcptCommand, refuseLocally } from '../../src/smtp/envelope.js';
import { fc } from '../properties/fast-check.js';

const message = Buffer.from('Subject: hello\r\n\r\nHello\r\n');
const transaction = (changes: Partial<MailTransaction> = {}): MailTransaction => ({
  position: 0,
  reversePath: 'news@example.org',
  forwardPath: 'anna@example.net',
  message,
  ...changes,
});
const server = (changes: Partial<Capabilities> = {}): Capabilities => ({ ...noCapabilities, ...changes });

describe('the commands of an envelope', () => {
  it.each([
    ['no extension', {}, {}, 'MAIL FROM:<news@example.org>'],
    ['the null reverse-path', { reversePath: '' }, {}, 'MAIL FROM:<>'],
    ['SIZE', {}, { size: true }, 'MAIL FROM:<news@example.org> SIZE=25'],
    ['SMTPUTF8 not needed', {}, { smtpUtf8: true }, 'MAIL FROM:<news@example.org>'],
    [
      'SMTPUTF8 for the recipient',
      { forwardPath: 'bücher@x.example' },
      { smtpUtf8: true },
      'MAIL FROM:<news@example.org> SMTPUTF8',
    ],
    [
      'both, for the sender',
      { reversePath: 'bücher@x.example' },
      { smtpUtf8: true, size: true },
      'MAIL FROM:<bücher@x.example> SIZE=25 SMTPUTF8',
    ],
  ])('with %s', (_, changes, offered, command) => {
    expect(mailCommand(transaction(changes), server(offered))).toBe(command);
  });

  it('name one recipient', () => {
    expect(rcptCommand(transaction())).toBe('RCPT TO:<anna@example.net>');
  });
});

describe('what is refused before anything is sent', () => {
  it.each([
    ['nothing', {}, { maxMessageBytes: 25 }, undefined],
    [
      'a control character in the sender',
      { reversePath: 'a@b>\r\nRCPT TO:<c@d' },
      {},
      'sender-refused mail 5.1.7',
    ],
    ['a control character in the recipient', { forwardPath: 'a@b\0' }, {}, 'rejected rcpt 5.1.3'],
    ['a sender beyond ASCII', { reversePath: 'ü@b' }, {}, 'sender-refused mail 5.6.7'],
    ['a recipient beyond ASCII', { forwardPath: 'ü@b' }, {}, 'rejected rcpt 5.6.7'],
    ['a message too large', {}, { maxMessageBytes: 24 }, 'rejected mail 5.3.4'],
    ['a bare LF', { message: Buffer.from('a\n.\nMAIL FROM:<x@y>\r\n') }, {}, 'rejected data 5.6.0'],
    ['a bare CR', { message: Buffer.from('a\r.\r\r\n') }, {}, 'rejected data 5.6.0'],
  ])('%s', (_, changes, offered, refusal) => {
    const outcome = refuseLocally(transaction(changes), server(offered));
    expect(outcome && `${outcome.kind} ${outcome.stage} ${outcome.enhancedStatusCode}`).toBe(refusal);
    if (outcome !== undefined)
      expect(outcome).toMatchObject({ replyCode: 0, replyText: expect.stringMatching(/nothing was sent$/) });
  });

  it('is everything that would begin another command, whatever is in the paths', () => {
    const path = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'a@b.>\r\n\t\0 <ü') }),
      fc.emailAddress(),
    );
    const offered = fc.record({ size: fc.boolean(), smtpUtf8: fc.boolean() });
    fc.assert(
      fc.property(path, path, offered, (reversePath, forwardPath, extensions) => {
        const one = transaction({ reversePath, forwardPath });
        if (refuseLocally(one, server(extensions)) !== undefined) return;
        for (const command of [mailCommand(one, server(extensions)), rcptCommand(one)]) {
          expect(command).not.toMatch(/[\x00-\x1f\x7f]/);
          if (!extensions.smtpUtf8) expect(command).toMatch(/^[\x20-\x7e]*$/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
