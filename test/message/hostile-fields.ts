/** Hostile text for what else ends up in a header: whole fields, originators, message ids, file names. */

/** What stands after `--header`, and why it is refused, as people read it. */
export const hostileFields: readonly (readonly [text: string, why: string])[] = [
  // not a field
  ['', 'it is not of the form name: value'],
  ['X-Own', 'it is not of the form name: value'],
  [': x', 'it is not of the form name: value'],
  ['X-Own:', 'X-Own has no value'],
  ['X-Own: \t ', 'X-Own has no value'],
  // names that are none
  [' : x', '"" is not a field name'],
  ['X Own: x', '"X Own" is not a field name'],
  ['X-Own\r\nBcc: evil@x.example', '"X-Own\\r\\nBcc" is not a field name'],
  ['X-Own\nBcc: evil@x.example', '"X-Own\\nBcc" is not a field name'],
  ['X-Own\u2028Bcc: evil@x.example', '"X-Own\u2028Bcc" is not a field name'],
  ['X-Own\u0085Bcc: evil@x.example', '"X-Own\u0085Bcc" is not a field name'],
  ['X-Ü: x', '"X-Ü" is not a field name'],
  ['X\u00ADOwn: x', '"X\u00ADOwn" is not a field name'],
  ['X\x7F: x', '"X\x7F" is not a field name'],
  ['＠: x', '"＠" is not a field name'],
  // fields of the message itself, in any case and with blanks around them
  ['To: evil@x.example', 'To is set by mailtrack; use its own flag or leave it out'],
  ['bcc: evil@x.example', 'bcc is set by mailtrack; use its own flag or leave it out'],
  ['BCC: evil@x.example', 'BCC is set by mailtrack; use its own flag or leave it out'],
  [' Bcc : evil@x.example', 'Bcc is set by mailtrack; use its own flag or leave it out'],
  ['Cc: evil@x.example', 'Cc is set by mailtrack; use its own flag or leave it out'],
  ['From: evil@x.example', 'From is set by mailtrack; use its own flag or leave it out'],
  ['Sender: evil@x.example', 'Sender is set by mailtrack; use its own flag or leave it out'],
  ['Reply-To: evil@x.example', 'Reply-To is set by mailtrack; use its own flag or leave it out'],
  ['Subject: other', 'Subject is set by mailtrack; use its own flag or leave it out'],
  ['sUBJECT: other', 'sUBJECT is set by mailtrack; use its own flag or leave it out'],
  ['Date: Mon, 1 Jan 2001 00:00:00 +0000', 'Date is set by mailtrack; use its own flag or leave it out'],
  ['Message-ID: <a@b>', 'Message-ID is set by mailtrack; use its own flag or leave it out'],
  ['References: <a@b>', 'References is set by mailtrack; use its own flag or leave it out'],
  ['In-Reply-To: <a@b>', 'In-Reply-To is set by mailtrack; use its own flag or leave it out'],
  ['Return-Path: <evil@x.example>', 'Return-Path is set by mailtrack; use its own flag or leave it out'],
  ['Received: from x', 'Received is set by mailtrack; use its own flag or leave it out'],
  ['MIME-Version: 1.0', 'MIME-Version is set by mailtrack; use its own flag or leave it out'],
  ['Content-Type: text/html', 'Content-Type is set by mailtrack; use its own flag or leave it out'],
  [
    'Content-Transfer-Encoding: 8bit',
    'Content-Transfer-Encoding is set by mailtrack; use its own flag or leave it out',
  ],
  ['DKIM-Signature: v=1', 'DKIM-Signature is set by mailtrack; use its own flag or leave it out'],
  ['Resent-Bcc: evil@x.example', 'Resent-Bcc is set by mailtrack; use its own flag or leave it out'],
];

/** What stands after `--in-reply-to` and is no message id. */
export const hostileMessageIds: readonly string[] = [
  '',
  'a@b',
  '<a@b',
  'a@b>',
  '<a b@c>',
  '<a@b>\r\nBcc: evil@x.example',
  '<a@b>\n',
  '<a\r\n@b>',
  '<a@b> <c@d>',
  '<a@b><c@d>',
  '<<a@b>>',
  '<a@b@c>',
  '<@>',
  '<>',
  '<a\u2028b@c>',
  '<a\u0000b@c>',
  '<a\u001bb@c>',
  '<a\u0085b@c>',
  '<a\u202eb@c>',
  '<ü@b>',
  '<a\ud800@b>',
  `<${'a'.repeat(1_000)}@b>`,
];

/** What stands after `--from`, `--reply-to` and `--envelope-from`, or in the front matter: one mailbox, or refused. */
export const hostileOriginators: readonly (readonly [text: string, name: string, addrSpec: string])[] = [
  ['<news@y.example>', '', 'news@y.example'],
  ['"evil@x.example" <news@y.example>', 'evil@x.example', 'news@y.example'],
  ['"evil@x.example," <news@y.example>', 'evil@x.example,', 'news@y.example'],
  ['"a\\" <evil@x.example>, \\"" <news@y.example>', 'a" <evil@x.example>, "', 'news@y.example'],
  ['=?utf-8?q?evil?= <news@y.example>', '=?utf-8?q?evil?=', 'news@y.example'],
  ['J. Doe <news@y.example>', 'J. Doe', 'news@y.example'],
  ['Ünï <news@y.example>', 'Ünï', 'news@y.example'],
  ['"" <news@y.example>', '', 'news@y.example'],
];

/** Originators that are refused, beside every hostile address. */
export const refusedOriginators: readonly string[] = [
  'News <news@y.example>, Evil <evil@x.example>',
  'News <news@y.example> <evil@x.example>',
  'News <news@y.example',
  'News news@y.example>',
  '"News <news@y.example>',
  'News\r\nBcc: evil@x.example <news@y.example>',
  'News\u2028 <news@y.example>',
  'evil@x.example <news@y.example>',
  'evil@x.example, <news@y.example>',
  'a(b) <news@y.example>',
  'News: news@y.example;',
  '\u202eNews <news@y.example>',
  `${'x'.repeat(501)} <news@y.example>`,
];

/** Names of attached files: as they are shown, or refused for what `fault` names. */
export const hostileFileNames: readonly (readonly [name: string, fault?: string])[] = [
  ['a\r\nBcc: evil@x.example', 'has a control character U+000D'],
  ['a\nContent-Type: text', 'has a control character U+000A'],
  ['a\tb.pdf', 'has a control character U+0009'],
  ['\u202efdp.exe', 'has a bidirectional control character U+202E'],
  ['\u2066x\u2069.pdf', 'has a bidirectional control character U+2066'],
  ['a\u2028b.pdf', 'has a control character U+2028'],
  ['a\u0085b.pdf', 'has a control character U+0085'],
  ['a\u001b[2J.pdf', 'has a control character U+001B'],
  ['a"b.pdf'],
  ['a";filename="b.exe'],
  ["a'b.pdf"],
  ['a;b=c.pdf'],
  ['=?utf-8?q?a?=.pdf', 'reads as an encoded word'],
  ['x =?iso-8859-1?b?ZXhl?=', 'reads as an encoded word'],
  ['é.pdf'],
  ['日本語'.repeat(20)],
  ['x'.repeat(250)],
  ['a b.pdf'],
  ['%2e%2e%2fx.pdf'],
  ['.pdf'],
  ['-rf.pdf'],
  ['<script>.pdf'],
  ["utf-8''x.pdf"],
];

/**
 * What a cell may bring into a body: it is there again when the message is read, and on the wire no line of it is a dot
 * alone or ends in anything else than CRLF. `fault`: refused instead, by the row.
 */
export const hostileBodies: readonly (readonly [text: string, fault?: string])[] = [
  ['a\n.\nb'],
  ['a\r\n.\r\nb'],
  ['a\n.\r\nb'],
  ['a\r\n.\nb'],
  ['.'],
  ['..'],
  ['.\n.\n.'],
  ['\n.\nMAIL FROM:<evil@x.example>\nRCPT TO:<evil@x.example>\nDATA\n'],
  ['\r\n.\r\nQUIT\r\n'],
  ['From evil\nFrom x'],
  ['a\n\nContent-Type: text/html\n\n<b>x</b>'],
  ['--b\nContent-Type: text/html'],
  ['tab\there'],
  ['trailing \t \nblank'],
  ['=\n=3D=0D=0A'],
  ['ü'.repeat(5_000)],
  ['x'.repeat(100_000)],
  ['\u2028\u2029\u0301'],
  ['\ufdd0\ufdd1'],
  ['\ufdd00\ufdd1'],
  ['\r.\r', 'control character U+000D'],
  ['a\r\r\n.\r\r\nb', 'control character U+000D'],
  ['a\0b', 'control character U+0000'],
  ['\x1b[2J', 'control character U+001B'],
  ['a\x0bb', 'control character U+000B'],
  ['a\x0cb', 'control character U+000C'],
  ['a\x7fb', 'control character U+007F'],
  ['a\u0085.\u0085b', 'control character U+0085'],
];
