/**
 * R1 to R24: what a server may say that no server should. `at`: the stages where it is said. `always`: every time, not
 * once. `later`: what is said after it. `status`: the exit code, where only one is right. Without more, a script holds
 * when nobody is lost or sent to twice, the command does not hang, and it needs no more memory than usual.
 */
const everyStage = ['mail', 'rcpt', 'data', 'end-of-data'];
const everyPhase = ['banner', 'ehlo', ...everyStage];

export const scripts = [
  { id: 'R1', name: 'a reply without end', at: everyPhase, act: { endless: '250-more\r\n'.repeat(100) } },
  {
    id: 'R2',
    name: 'a line of 10 MB',
    at: ['ehlo', 'mail', 'end-of-data'],
    act: { octets: `250 ${'x'.repeat(10_000_000)}` },
  },
  {
    id: 'R3',
    name: 'one octet at a time',
    at: ['ehlo', 'mail', 'end-of-data'],
    act: { octets: '250 2.0.0 ok\r\n', dribbleMs: 10 },
    status: 0,
  },
  {
    id: 'R3',
    name: 'one octet at a time, slower than anybody waits',
    at: ['mail', 'end-of-data'],
    act: { octets: '250 2.0.0 ok\r\n', dribbleMs: 300 },
  },
  {
    id: 'R4',
    name: 'bare LF at the end of lines',
    at: ['mail', 'end-of-data'],
    act: { octets: '250-2.0.0 ok\n250 2.0.0 really\n' },
    status: 0,
  },
  { id: 'R5', name: 'NUL', at: everyStage, act: '\u0000\u0000' },
  { id: 'R5', name: 'NUL in the text', at: ['mail', 'end-of-data'], act: '250 o\u0000k', status: 0 },
  { id: 'R6', name: 'no code', at: everyStage, act: 'hello' },
  { id: 'R6', name: 'half a code', at: ['mail', 'end-of-data'], act: '25' },
  { id: 'R7', name: 'the code 999', at: everyStage, act: '999 what' },
  { id: 'R7', name: 'the code 150', at: ['mail', 'end-of-data'], act: '150 soon' },
  { id: 'R8', name: '250 to DATA', at: ['data'], act: '250 2.0.0 ok' },
  {
    id: 'R9',
    name: '354 to MAIL, RCPT and the message',
    at: ['mail', 'rcpt', 'end-of-data'],
    act: '354 go on',
  },
  { id: 'R10', name: '250 instead of the greeting', at: ['banner'], act: '250 sink' },
  { id: 'R10', name: '250 behind the greeting', at: ['banner'], act: '220 sink\r\n250 2.0.0 accepted' },
  {
    id: 'R11',
    name: 'a reply too many',
    at: ['mail', 'rcpt', 'end-of-data'],
    act: '250 ok\r\n250 2.0.0 and more',
  },
  { id: 'R12', name: 'no reply', at: everyPhase, act: { octets: '' } },
  {
    id: 'R13',
    name: 'accepted before the dot',
    at: ['data'],
    act: { octets: '354 go\r\n250 2.0.0 accepted\r\n', means: '354' },
  },
  {
    id: 'R14',
    name: 'accepted before the dot, refused after it',
    at: ['data'],
    act: { octets: '354 go\r\n250 2.0.0 accepted\r\n', means: '354' },
    later: at => (at === 'before-accept' ? '550 5.7.0 refused after all' : undefined),
  },
  { id: 'R15', name: 'two codes in one reply', at: everyPhase, act: '550-no\r\n250 yes' },
  {
    id: 'R16',
    name: 'commands in the keywords of EHLO',
    at: ['ehlo'],
    always: true,
    act: [
      '250-sink',
      '250-SIZE 1000000\rMAIL FROM:<evil@example.net>',
      '250-AUTH PLAIN\u0000RCPT TO:<evil@example.net>',
      '250-SMTPUTF8 X\nRCPT TO:<evil@example.net>',
      '250-8BITMIME BODY=8BITMIME RCPT=evil@example.net',
      '250 ENHANCEDSTATUSCODES',
    ].join('\r\n'),
    check: ({ expect, sink }) => {
      expect(!sink.commands?.some(line => /evil/.test(line)), 'a keyword came back as a command');
    },
  },
  ...['-1', '18446744073709551616', '0', 'many', '99999999999999999999999'].map(size => ({
    id: 'R17',
    name: `SIZE ${size}`,
    at: ['ehlo'],
    always: true,
    act: `250-sink\r\n250-PIPELINING\r\n250 SIZE ${size}`,
    status: 0,
  })),
  // R18, a login wanted in clear text, and R19, octets behind the 220 to STARTTLS, are with the servers of tls.mjs.
  { id: 'R20', name: 'the connection closed', at: everyPhase, act: { octets: '', afterwards: 'close' } },
  { id: 'R21', name: 'the connection reset', at: everyPhase, act: { octets: '', afterwards: 'reset' } },
  { id: 'R21', name: 'half-closed', at: everyPhase, act: { octets: '', afterwards: 'half-close' } },
  ...['mail', 'rcpt', 'before-accept'].map(stage => ({
    id: 'R22',
    name: 'a text for the terminal',
    at: [stage],
    act: '550 5.1.1 \u001b[2J\u001b]0;owned\u0007\u009b31mgone',
    onTheTerminal: true,
    check({ expect, first }) {
      const shown = first.stdout + first.stderr;
      expect(
        !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(shown),
        'control characters reach the terminal',
      );
      expect(shown.includes('gone'), `the reply is not shown: ${shown.slice(0, 300)}`);
    },
  })),
  {
    id: 'R23',
    name: '8-bit text',
    at: ['mail', 'end-of-data'],
    act: { octets: '250 2.0.0 gr\u00fc\u00dfe\r\n' },
    status: 0,
  },
  {
    id: 'R24',
    name: 'replies after QUIT',
    at: ['quit'],
    always: true,
    act: '221 bye\r\n250 2.0.0 accepted\r\n550 5.1.1 no such user',
    status: 0,
  },
];
