/**
 * Habits of real servers, for `startScriptedServer`: greeting and EHLO as the server sent them on loopback, and where it
 * differs from its neighbours. `npm run faults:servers` runs the real ones.
 */
import type { Moment, ServerHabits } from './scripted-server.js';

const domain = 'mail.example.test';

/** Postfix 3.7.11 */
export const postfix: ServerHabits = {
  greeting: `${domain} ESMTP Postfix`,
  ehlo: [
    domain,
    'PIPELINING',
    'SIZE 10240000',
    'VRFY',
    'ETRN',
    'ENHANCEDSTATUSCODES',
    '8BITMIME',
    'DSN',
    'SMTPUTF8',
    'CHUNKING',
  ],
};

/** sendmail 8.17.1.9 */
export const sendmail: ServerHabits = {
  greeting: `${domain} ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2+deb12u2; Mon, 30 Nov 2026 10:00:00 GMT; (No UCE/UBE) logging access from: localhost(OK)-localhost [127.0.0.1]`,
  ehlo: [
    `${domain} Hello localhost [127.0.0.1], pleased to meet you`,
    'ENHANCEDSTATUSCODES',
    'PIPELINING',
    'EXPN',
    'VERB',
    '8BITMIME',
    'SIZE',
    'DSN',
    'ETRN',
    'AUTH DIGEST-MD5 CRAM-MD5',
    'DELIVERBY',
    'HELP',
  ],
  noRecipient: '503 5.0.0 Need RCPT (recipient)',
};

/** Exim 4.96: three lines at DATA after a refused recipient, and two behind BDAT. */
export const exim: ServerHabits = {
  greeting: `${domain} ESMTP Exim 4.96 Mon, 30 Nov 2026 10:00:00 +0000`,
  ehlo: [
    `${domain} Hello client.example.test [127.0.0.1]`,
    'SIZE 52428800',
    '8BITMIME',
    'PIPELINING',
    'PIPECONNECT',
    'CHUNKING',
    'PRDR',
    'HELP',
  ],
  noRecipient: [
    '503-All RCPT commands were rejected with this error:',
    '503-Unrouteable address',
    '503 Valid RCPT command must precede DATA',
  ].join('\r\n'),
  chunkLine: octets => ` ${octets} byte chunk, total ${octets}`,
};

/** qpsmtpd 0.94 */
export const qpsmtpd: ServerHabits = {
  greeting: `${domain} ESMTP qpsmtpd 0.94 ready; send us your mail, but not your spam.`,
  ehlo: [`${domain} Hi Unknown [127.0.0.1]`, 'PIPELINING', '8BITMIME'],
  noRecipient: '503 RCPT first',
};

/** npm smtp-server 3.21.6 */
export const smtpServer: ServerHabits = {
  greeting: `${domain} ESMTP`,
  ehlo: [`${domain} Nice to meet you, [127.0.0.1]`, 'PIPELINING', '8BITMIME', 'SMTPUTF8', 'AUTH LOGIN PLAIN'],
};

/** Courier 1.0.16: commands that are read together with the final dot are lost. */
export const courier: ServerHabits = {
  greeting: `${domain} ESMTP`,
  ehlo: [
    `${domain} Ok.`,
    'XVERP=Courier',
    'XEXDATA',
    'XSECURITY=NONE',
    'PIPELINING',
    '8BITMIME',
    'SMTPUTF8',
    'SIZE',
    'DSN',
  ],
  afterDot: 'silent',
};

/** chasquid 1.11: as Courier, commands that are read together with the final dot are lost. */
export const chasquid: ServerHabits = {
  greeting: `${domain} ESMTP chasquid`,
  ehlo: [
    `${domain} - Your hour of destiny has come.`,
    '8BITMIME',
    'PIPELINING',
    'SMTPUTF8',
    'ENHANCEDSTATUSCODES',
    'SIZE 52428800',
    'HELP',
  ],
  noRecipient: '503 5.5.1 Need an address to send to',
  afterDot: 'silent',
};

/** Haraka 3.3.4: answers 503 to each command that arrives before its reply to the message. */
export const haraka: ServerHabits = {
  greeting: `${domain} ESMTP Haraka/3.3.4 ready (1EB25B)`,
  ehlo: [
    `${domain} Hello localhost [127.0.0.1], Haraka is at your service.`,
    'PIPELINING',
    '8BITMIME',
    'SMTPUTF8',
    'SIZE 26214400',
  ],
  noRecipient: '503 RCPT required first',
  afterDot: '503',
};

/** The submission service of Dovecot 2.3.19: MAIL before its reply to the message ends the connection. */
export const dovecotSubmission: ServerHabits = {
  greeting: `${domain} Dovecot (Debian) ready.`,
  ehlo: [
    domain,
    '8BITMIME',
    'AUTH PLAIN LOGIN',
    'BURL imap',
    'CHUNKING',
    'ENHANCEDSTATUSCODES',
    'SIZE',
    'PIPELINING',
  ],
  noRecipient: '554 5.5.0 No valid recipients',
  afterDot: 'close',
};

/** OpenSMTPD 6.8.0p2: no PIPELINING, a group ends the session, and so do a hundred messages. */
export const openSmtpd: ServerHabits = {
  greeting: `${domain} ESMTP OpenSMTPD`,
  ehlo: [
    `${domain} Hello client.example.test [127.0.0.1], pleased to meet you`,
    '8BITMIME',
    'ENHANCEDSTATUSCODES',
    'SIZE 36700160',
    'DSN',
    'HELP',
  ],
  unofferedGroup: 'close',
  decide: ({ stage, message }) =>
    stage === 'mail' && message > 100 ? '452 4.5.3 Too many recipients: Too many messages sent' : undefined,
};

/** aiosmtpd 1.4.3: no PIPELINING, and it takes a group nevertheless. */
export const aiosmtpd: ServerHabits = {
  greeting: `${domain} Python SMTP 1.4.3`,
  ehlo: [domain, 'SIZE 33554432', '8BITMIME', 'SMTPUTF8', 'HELP'],
};

/** msmtpd 1.8.23: offers nothing; a second EHLO, RSET and each refusal end the session. */
export const msmtpd: ServerHabits = {
  greeting: 'localhost ESMTP msmtpd',
  ehlo: ['localhost'],
  order: 'msmtpd',
  unofferedGroup: 'close',
};

/** @returns the habits of a server that refuses one address at RCPT with this reply. */
export function refusing(
  habits: ServerHabits,
  address: string,
  reply = '550 5.1.1 No such user',
): ServerHabits {
  return {
    ...habits,
    decide: (moment: Moment) =>
      moment.stage === 'rcpt' && moment.address === address ? reply : habits.decide?.(moment),
  };
}
