import { describe, expect, it } from 'vitest';
import {
  isClosing,
  isSessionFull,
  isSessionLimit,
  isUnknownCommand,
  judgeReply,
  stageName,
  type TransactionStage,
} from '../../src/smtp/judge.js';
import { judgedText, ReplyParser } from '../../src/smtp/reply.js';
import { fc } from '../properties/fast-check.js';

const judge = (stage: TransactionStage, text: string) =>
  judgeReply(stage, new ReplyParser().feed(Buffer.from(`${text}\r\n`)).replies[0]!);

describe('a reply', () => {
  it.each([
    ['mail', '250 2.1.0 Ok', 'proceed'],
    ['mail', '299 odd but positive', 'proceed'],
    ['rcpt', '251 2.1.5 forwarded', 'proceed'],
    ['rcpt', '252 2.1.5 cannot verify', 'proceed'],
    ['data', '354 go on', 'proceed'],
    ['end-of-data', '250 2.0.0 queued', 'accepted'],
    // about time
    ['mail', '451 4.3.0 later', 'deferred'],
    ['rcpt', '450 4.2.0 greylisted', 'deferred'],
    ['data', '451 4.5.0 later', 'deferred'],
    ['end-of-data', '452 4.3.1 disk full', 'deferred'],
    ['end-of-data', '454 Throttling failure: Maximum sending rate exceeded', 'deferred'],
    // about the session
    ['mail', '421 4.7.0 closing', 'not-sent'],
    ['rcpt', '421 4.7.0 closing', 'not-sent'],
    ['data', '421 4.7.0 closing', 'not-sent'],
    ['end-of-data', '421 4.7.0 closing', 'deferred'],
    ['mail', '452 4.5.3 Too many recipients: Too many messages sent', 'not-sent'],
    ['mail', '421 too many messages in this connection', 'not-sent'],
    ['mail', '452 4.5.3 Too many recipients', 'deferred'],
    ['rcpt', '452 4.2.2 Too many messages in this mailbox', 'deferred'],
    ['mail', '432 4.3.2 Concurrent connections limit exceeded', 'not-sent'],
    ['data', '451 too many sessions', 'not-sent'],
    ['end-of-data', '432 4.3.2 Concurrent connections limit exceeded', 'deferred'],
    ['rcpt', '420 4.7.0 not closing', 'deferred'],
    ['rcpt', '422 4.7.0 not closing', 'deferred'],
    // about the recipient or the message
    ['mail', '552 relay says: not that much', 'rejected'],
    ['mail', '553 not that much', 'sender-refused'],
    ['mail', '551 not that much', 'sender-refused'],
    ['end-of-data', '550 5.3.4 relay says: not that much', 'rejected'],
    ['mail', '534 Message Too BIG', 'rejected'],
    ['mail', '534 5.7.1 too large', 'rejected'],
    ['rcpt', '550 5.7.1 too large for this relay', 'sender-refused'],
    ['rcpt', '550 5.1.1 No such user', 'rejected'],
    ['rcpt', '550 no such user', 'rejected'],
    ['rcpt', '550 5.1.1 relay says: no such user', 'rejected'],
    ['rcpt', '552 5.2.2 Mailbox full', 'rejected'],
    ['rcpt', '550 5.7.1 Members only', 'rejected'],
    ['rcpt', "550 5.7.1 Refused by the recipient's policy", 'rejected'],
    ['data', '554 5.5.1 No valid recipients', 'rejected'],
    ['end-of-data', '550 5.6.0 Not this', 'rejected'],
    ['end-of-data', '599 odd but negative', 'rejected'],
    ['mail', '552 5.3.4 Message size exceeds fixed limit', 'rejected'],
    ['end-of-data', '552 5.3.4 Message too big for the relay', 'rejected'],
    // about us
    ['rcpt', '550 5.7.1 TRANSPORT.RULES.RejectMessage; rejected by organization policy', 'sender-refused'],
    ['mail', '550 5.7.1 Not you', 'sender-refused'],
    ['mail', '501 5.1.7 Bad sender address syntax', 'sender-refused'],
    ['mail', '530 5.7.0 Authentication required', 'sender-refused'],
    ['mail', '503 5.5.4 Error: send AUTH command first', 'sender-refused'],
    ['mail', '503 Authentication required', 'sender-refused'],
    // about the order of commands: one of us has lost the place
    ['mail', '503 sender already given', 'out-of-protocol'],
    ['mail', '503 5.5.1 nested MAIL command', 'out-of-protocol'],
    ['rcpt', '530 Must issue a STARTTLS command first', 'sender-refused'],
    ['rcpt', '535 5.7.8 Who?', 'sender-refused'],
    ['rcpt', '504 5.5.2 <laptop>: Helo command rejected: need fully-qualified hostname', 'sender-refused'],
    ['rcpt', '550 5.1.1 <helo@example.org>: User unknown', 'rejected'],
    ['mail', '503 5.5.1 Error: send HELO/EHLO first', 'out-of-protocol'],
    ['end-of-data', '550 5.6.0 the word HELO is spam here', 'rejected'],
    ['rcpt', '554 5.7.1 <a@b.example>: Relay access denied', 'sender-refused'],
    ['rcpt', '550 relay not permitted', 'sender-refused'],
    ['rcpt', '550 5.1.8 <x@y.example>: Sender address rejected: Domain not found', 'sender-refused'],
    [
      'rcpt',
      '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example',
      'sender-refused',
    ],
    ['end-of-data', '554 5.7.1 Your address is on a block list', 'sender-refused'],
    ['end-of-data', '550 5.7.26 unauthenticated sender', 'sender-refused'],
    ['end-of-data', '550 5.7.25 no PTR', 'sender-refused'],
    ['end-of-data', '550 5.7.515 Access denied', 'sender-refused'],
    ['end-of-data', '550 5.4.5 Daily user sending limit exceeded', 'sender-refused'],
    ['end-of-data', '550 5.7.1 Daily SMTP relay limit exceeded for user', 'sender-refused'],
    ['end-of-data', '550 5.7.1 Unauthenticated email is not accepted due to DMARC policy', 'sender-refused'],
    ['end-of-data', '554 5.7.1 Refused by policy', 'sender-refused'],
    // about nothing that was asked
    ['mail', '354 go on', 'out-of-protocol'],
    ['rcpt', '354 go on', 'out-of-protocol'],
    ['rcpt', '334 base64', 'out-of-protocol'],
    ['data', '250 Ok', 'out-of-protocol'],
    ['end-of-data', '354 go on', 'out-of-protocol'],
  ] as const)('at %s, %j means %s', (stage, text, verdict) => {
    expect(judge(stage, text)).toBe(verdict);
  });
});

describe('any reply', () => {
  const stages = fc.constantFrom<TransactionStage>('mail', 'rcpt', 'data', 'end-of-data');
  const words = fc.oneof(
    fc.string().map(text => text.replace(/[\r\n]/g, '')),
    fc.constantFrom(
      '5.7.1 relaying denied',
      '4.7.0 later',
      '2.0.0 queued',
      '5.7.26 DMARC',
      '5.1.1 nobody',
      '5.3.4 big',
    ),
  );

  it('is judged by its first digit: nothing but 2yz after the whole message accepts', () => {
    fc.assert(
      fc.property(stages, fc.integer({ min: 200, max: 599 }), words, (stage, code, text) => {
        const verdict = judge(stage, `${code} ${text}`);
        const replyClass = Math.floor(code / 100);
        expect(verdict === 'accepted').toBe(stage === 'end-of-data' && replyClass === 2);
        expect(verdict === 'proceed').toBe(
          stage !== 'end-of-data' && replyClass === (stage === 'data' ? 3 : 2),
        );
        expect(verdict === 'deferred' || verdict === 'not-sent').toBe(replyClass === 4);
        const isOutOfOrder = stage === 'mail' && code === 503 && verdict === 'out-of-protocol';
        expect(verdict === 'rejected' || verdict === 'sender-refused' || isOutOfOrder).toBe(replyClass === 5);
        // 421 ends the session and says nothing of the recipient, unless the whole message was there. RFC 5321 §3.8
        expect(verdict === 'not-sent').toBe(code === 421 && stage !== 'end-of-data');
      }),
      { numRuns: 2_000 },
    );
  });

  it('rejects nobody at MAIL, unless the message is too large', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 599 }), words, (code, text) => {
        const tooLarge = code === 552 || text.startsWith('5.3.4 ');
        // Out of order, unless the words ask for a login.
        const others = code === 503 ? ['out-of-protocol', 'sender-refused'] : ['sender-refused'];
        expect(tooLarge ? ['rejected'] : others).toContain(judge('mail', `${code} ${text}`));
      }),
    );
  });
});

describe('a permanent reply about the sender', () => {
  const auth = [530, 534, 535, 538];
  it.each(Array.from({ length: 12 }, (_, at) => 528 + at))(
    'at RCPT is %i only where it is about the login',
    code => {
      expect(judge('rcpt', `${code} no`)).toBe(auth.includes(code) ? 'sender-refused' : 'rejected');
    },
  );

  it.each(
    '5.1.7 5.1.8 5.4.5 5.7.3 5.7.8 5.7.9 5.7.10 5.7.11 5.7.13 5.7.20 5.7.21 5.7.22 5.7.23 5.7.24 5.7.25 5.7.26 5.7.27 5.7.28 5.7.29 5.7.509 5.7.515'.split(
      ' ',
    ),
  )('has the enhanced status code %s, at RCPT and behind the message', code => {
    expect(judge('rcpt', `550 ${code} no`)).toBe('sender-refused');
    expect(judge('end-of-data', `550 ${code} no`)).toBe('sender-refused');
  });

  it.each(['5.1.1', '5.1.6', '5.2.1', '5.7.2', '5.7.12', '5.7.30', '5.7.0'])(
    'does not have the enhanced status code %s',
    code => {
      expect(judge('rcpt', `550 ${code} no`)).toBe('rejected');
    },
  );

  it.each([
    'Relay denied',
    'RELAYING denied',
    'not authenticated',
    'Auth first',
    'auth required',
    'SPF fail',
    'dkim fail',
    'DMARC fail',
    'Sender address rejected',
    'sender verify failed',
    'sender denied',
    'sender rejected',
    'Client host [192.0.2.1] rejected',
    'blocked using bl.example',
    'daily user limit reached',
    'Daily quota reached',
    'sending limit exceeded',
    'message limit exceeded',
    'Sending Quota exceeded',
    'message quota exceeded',
    'transport.rules.reject',
    'Transport.Rules.Reject',
    'organization policy',
    'Organisational Policy',
  ])('says “%s”, at RCPT', words => {
    expect(judge('rcpt', `550 5.7.1 ${words}`)).toBe('sender-refused');
    expect(judge('rcpt', `550 ${words}`)).toBe('sender-refused');
    expect(judge('rcpt', `550 5.1.1 ${words}`)).toBe('rejected');
  });

  it.each(['Policy', 'policy', 'Block list', 'blocklisted', 'BLACKLIST', 'black list'])(
    'says “%s”, behind the message only',
    words => {
      expect(judge('end-of-data', `550 5.7.1 ${words}`)).toBe('sender-refused');
      expect(judge('rcpt', `550 5.7.1 ${words}`)).toBe('rejected');
    },
  );
});

describe('a session that is full', () => {
  it.each([
    [421, '', 'Too many messages in this connection', true],
    [421, '', 'too many messages per session', false],
    [421, '', 'too many messages for one session', true],
    [421, '', 'too many messages per a session', true],
    [421, '', 'too many messages', false],
    [420, '', 'too many messages in this connection', false],
    [422, '', 'too many messages in this connection', false],
    [452, '4.5.3', 'Too many messages', true],
    [452, '4.5.3', 'too many recipients', false],
    [452, '4.5.2', 'too many messages', false],
    [451, '4.5.3', 'too many messages', false],
    [453, '4.5.3', 'too many messages', false],
  ])('says %i %s %s: %s', (code, enhancedStatusCode, text, expected) => {
    expect(isSessionFull({ code, enhancedStatusCode, text })).toBe(expected);
    const reply = { code, enhancedStatusCode, text, lines: [text] };
    expect(isClosing(reply)).toBe(expected || code === 421);
  });
});

it.each([
  [499, false],
  [500, true],
  [501, true],
  [502, true],
  [503, false],
  [504, true],
  [505, false],
])('takes %i for a command that the server does not know: %s', (code, expected) => {
  expect(isUnknownCommand({ code, enhancedStatusCode: '', lines: [''], text: '' })).toBe(expected);
});

it('names the stages as a person reads them', () => {
  expect(stageName).toEqual({
    mail: 'MAIL',
    rcpt: 'RCPT',
    data: 'DATA',
    'end-of-data': 'the end of the message',
  });
});

describe('a limit of sessions', () => {
  it.each([
    [432, '4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending'],
    [421, 'Too many concurrent SMTP connections; please try again later.'],
    [421, '4.7.0 mail.example.org Error: too many connections from 192.0.2.1'],
    [451, '4.7.1 too many sessions'],
    [400, 'Too Many Connections'],
    [499, 'too many sessions'],
    [450, 'CONCURRENT SESSION'],
    [450, 'concurrent Connections'],
  ])('is read from %i %s', (code, text) => {
    expect(isSessionLimit({ code, text })).toBe(true);
  });

  it.each([
    [452, '4.5.3 Too many messages in this session'],
    [550, 'too many connections'],
    [399, 'too many connections'],
    [500, 'too many connections'],
    [450, 'concurrent edits'],
    [450, 'connections'],
    [451, '4.7.1 rate limit exceeded'],
  ])('is not read from %i %s', (code, text) => {
    expect(isSessionLimit({ code, text })).toBe(false);
  });
});

it('judges by the first 2,000 characters of a reply, which is kept whole', () => {
  const reply = (text: string) => ({ code: 550, enhancedStatusCode: '', lines: [text], text });
  expect(judgeReply('rcpt', reply(`${' '.repeat(1_900)}Relay access denied`))).toBe('sender-refused');
  expect(judgeReply('rcpt', reply(`${' '.repeat(2_000)}Relay access denied`))).toBe('rejected');
  expect(judgedText('daily '.repeat(10_000))).toHaveLength(2_000);
});
