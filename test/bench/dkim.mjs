/**
 * What a DKIM signature costs a copy, in microseconds, and which part of it is the key. One process, rounds taken in
 * turns, medians. `node test/bench/dkim.mjs [copies]` after `npm run build`.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createBodyHasher, createDkimSigner } from '../../dist/message/dkim/signer.js';

const copies = Number(process.argv[2] ?? 1_000);
const rounds = 5;
const inFlight = 16;
const signedAt = new Date('2026-11-23T08:00:00Z');

const key = (algorithm, selector, type, options) => ({
  domain: 'example.com',
  selector,
  algorithm,
  privateKey: generateKeyPairSync(type, options).privateKey,
});
const rsa = key('rsa-sha256', 'mail', 'rsa', { modulusLength: 2048 });
const ed25519 = key('ed25519-sha256', 'mail-ed', 'ed25519');

// 11 KB: 9 KB that all copies share, a slot, 2 KB behind it.
const line = '  <td style=3D"padding: 0 4px">Lorem ipsum dolor sit amet, consectetur</td>=\r\n';
const before = Buffer.from(line.repeat(Math.ceil(9_000 / line.length)));
const behind = Buffer.from(line.repeat(Math.ceil(2_000 / line.length)));
const header = Buffer.from(
  [
    'From: Anthony <anthony@example.com>',
    'To: =?UTF-8?Q?J=C3=B6rg?= <joerg@example.net>, "Doe, Jane" <jane@example.net>',
    'Subject: Lunch on Thursday',
    'Message-ID: <0123456789abcdef@example.com>',
    'Date: Mon, 23 Nov 2026 09:00:00 +0100',
    'List-Unsubscribe: <https://t.example.com/unsubscribe/abcdefghijklmnopqrstuvwxyz012345>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative;\r\n boundary="--_NmP-0123456789abcdef-Part_1"',
    '',
  ].join('\r\n'),
);
const slot = number => Buffer.from(`token-${String(number).padStart(20, '0')}=\r\n`);
const shared = number => ({ header, body: [before, slot(number), behind] });
// The same octets, in objects of their own.
const apart = number => ({ header, body: [Buffer.concat([before, slot(number), behind])] });

const signing = (keys, message) => {
  const signer = createDkimSigner(keys, { signedAt });
  return number => signer.sign(message(number));
};
const hashing = message => {
  const hashBody = createBodyHasher();
  return number => hashBody(message(number).body);
};
const octets = Buffer.alloc(900, 'x');
const digest = createHash('sha256').update(octets).digest();
const bare =
  (algorithm, data, { privateKey }) =>
  () =>
    new Promise((resolve, reject) => {
      sign(algorithm, data, privateKey, (error, signature) => (error ? reject(error) : resolve(signature)));
    });

const cases = {
  'body hash': hashing(apart),
  'body hash, shared prefix': hashing(shared),
  'crypto.sign RSA-2048, async': bare('sha256', octets, rsa),
  'crypto.sign Ed25519, async': bare(null, digest, ed25519),
  'no key: header and body hash': signing([], apart),
  'RSA-2048': signing([rsa], apart),
  'RSA-2048, shared prefix': signing([rsa], shared),
  Ed25519: signing([ed25519], apart),
  'Ed25519, shared prefix': signing([ed25519], shared),
  'RSA-2048 and Ed25519, shared prefix': signing([rsa, ed25519], shared),
};

const results = new Map(Object.keys(cases).map(name => [name, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, work] of Object.entries(cases)) {
    const measured = await measure(work);
    // The first round warms up.
    if (round > 0) results.get(name).push(measured);
  }
}
const median = (name, what) =>
  results
    .get(name)
    .map(one => one[what])
    .sort((a, b) => a - b)[Math.floor(rounds / 2)];

console.log(
  `${copies} copies of ${before.length + behind.length + 28} octets, ${inFlight} at a time, µs per copy`,
);
for (const name of Object.keys(cases)) {
  console.log(
    `${name.padEnd(38)} wall ${median(name, 'wall').toFixed(1).padStart(7)}   cpu ${median(name, 'cpu').toFixed(1).padStart(7)}   main thread ${median(name, 'main').toFixed(1).padStart(7)}`,
  );
}
const ratio = (one, other) =>
  `${one} / ${other}: ${(median(one, 'wall') / median(other, 'wall')).toFixed(2)}`;
console.log(ratio('body hash', 'body hash, shared prefix'));
console.log(ratio('RSA-2048, shared prefix', 'crypto.sign RSA-2048, async'));
console.log(ratio('Ed25519, shared prefix', 'crypto.sign Ed25519, async'));
console.log(ratio('RSA-2048, shared prefix', 'Ed25519, shared prefix'));

async function measure(work) {
  const wallBefore = process.hrtime.bigint();
  const cpuBefore = process.cpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  for (let start = 0; start < copies; start += inFlight) {
    await Promise.all(
      Array.from({ length: Math.min(inFlight, copies - start) }, (_, index) => work(start + index)),
    );
  }
  const cpu = process.cpuUsage(cpuBefore);
  const loop = performance.eventLoopUtilization(loopBefore);
  return {
    wall: Number(process.hrtime.bigint() - wallBefore) / 1_000 / copies,
    cpu: (cpu.user + cpu.system) / copies,
    main: (loop.active * 1_000) / copies,
  };
}
