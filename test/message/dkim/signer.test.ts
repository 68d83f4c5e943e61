import { createPrivateKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createBodyHasher,
  createDkimSigner,
  type DkimKey,
  signedOctets,
  signOctets,
} from '../../../src/message/dkim/signer.js';
import { inspectHeader } from '../../../src/message/inspect-header.js';
import { createEd25519Key, createRsaKey } from './keys.js';
import { splitMessage } from './split.js';

const signedAt = new Date('2026-11-23T08:00:00.900Z');
const rsa = createRsaKey();
const ed25519 = createEd25519Key();

const message = Buffer.from(
  'From: a@example.com\r\nTo: b@example.net\r\nReferences: <1@x>\r\nReferences: <2@x>\r\n' +
    'X-Team: a\r\nSubject: Lunch\r\n\r\nHello\r\n',
);

async function sign(changes: Partial<Parameters<typeof createDkimSigner>[1]> = {}, keys = [rsa]) {
  return (await createDkimSigner(keys, { signedAt, ...changes }).sign(splitMessage(message))).toString();
}

function tagsOf(field: string): Record<string, string> {
  const value = field.replace('DKIM-Signature:', '').replaceAll(/\s/g, '');
  return Object.fromEntries(value.split(';').map(tag => /^(\w+)=(.*)$/.exec(tag)?.slice(1) ?? []));
}

describe('a DKIM-Signature field', () => {
  it('names the time of the email, both relaxed forms, and no length or expiry', async () => {
    const tags = tagsOf(await sign());
    expect(tags).toMatchObject({
      v: '1',
      a: 'rsa-sha256',
      c: 'relaxed/relaxed',
      d: 'example.com',
      s: 'mail',
      t: String(Date.UTC(2026, 10, 23, 8) / 1000),
    });
    expect(Object.keys(tags)).toEqual(['v', 'a', 'c', 'd', 's', 't', 'h', 'bh', 'b']);
  });

  it('names the fields that are there as often as they are, and those worth forging once more', async () => {
    expect(tagsOf(await sign())['h']).toBe(
      'from:from:sender:reply-to:to:to:cc:subject:subject:date:message-id:references:references:mime-version:content-type:content-transfer-encoding:list-unsubscribe:list-unsubscribe-post',
    );
  });

  it('leaves out what the relay is known to replace', async () => {
    const h = tagsOf(await sign({ replacedFields: ['Message-ID', 'Date'] }))['h'];
    expect(h).toBe(
      'from:from:sender:reply-to:to:to:cc:subject:subject:references:references:mime-version:content-type:content-transfer-encoding:list-unsubscribe:list-unsubscribe-post',
    );
  });

  it('is folded into lines of at most 76 that are never blank', async () => {
    const selector = 'a-selector-of-some-length.in-two-labels';
    const keys = [rsa, ed25519, { ...rsa, domain: `news.${'long'.repeat(9)}.example.com`, selector }];
    const lines = (await sign({}, keys)).split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines.filter(line => line.length > 76 || !/^(DKIM-Signature:| \S)/.test(line))).toEqual([]);
    expect(lines.filter(line => line.startsWith('DKIM'))).toHaveLength(3);
  });

  it('is the same for the same copy, made again by another signer', async () => {
    expect(await sign({}, [rsa, ed25519])).toBe(await sign({}, [rsa, ed25519]));
  });

  it('reads a header with and without its empty line alike', async () => {
    const signer = createDkimSigner([ed25519], { signedAt });
    const { header, body } = splitMessage(message);
    const closed = { header: Buffer.concat([header, Buffer.from('\r\n')]), body };
    expect(await signer.sign(closed)).toEqual(await signer.sign({ header, body }));
  });

  it('says why when a key cannot sign', async () => {
    const wrong: DkimKey = { ...ed25519, algorithm: 'rsa-sha256' };
    await expect(createDkimSigner([wrong], { signedAt }).sign(splitMessage(message))).rejects.toThrow();
  });
});

describe('the body hash', () => {
  const shared = Buffer.from('Hello \t\r\n\r\n ');

  it('is the same for a shared first piece as for a body of its own', () => {
    const hashBody = createBodyHasher();
    for (const rest of ['', '\r\n', ' Alice\r\n', 'Bob \r\n\r\n', 'Alice\r\n']) {
      const own = createBodyHasher()([Buffer.concat([shared, Buffer.from(rest)])]);
      expect(hashBody([shared, Buffer.from(rest)])).toBe(own);
    }
  });

  it('of no body is the hash of nothing', () => {
    // RFC 6376 §3.4.4
    expect(createBodyHasher()([])).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });
});

/** The message and both keys of RFC 8463, Appendix A; its signatures name the fields in another order than ours. */
describe('the example of RFC 8463', () => {
  const header =
    'From: Joe SixPack <joe@football.example.com>\r\n' +
    'To: Suzie Q <suzie@shopping.example.net>\r\n' +
    'Subject: Is dinner ready?\r\n' +
    'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n' +
    'Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n';
  const body = 'Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n\r\n';
  const names = ['from', 'to', 'subject', 'date', 'message-id', 'from', 'subject', 'date'];
  const unsigned = (algorithm: string, rest: string) =>
    ` v=1; a=${algorithm}; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n ${rest}\r\n` +
    ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=';
  const octets = (algorithm: string, rest: string) =>
    signedOctets(inspectHeader(Buffer.from(header)), names, unsigned(algorithm, rest));

  it('has the body hash', () => {
    expect(createBodyHasher()([Buffer.from(body)])).toBe('2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=');
  });

  it('has the Ed25519 signature, octet for octet', async () => {
    const seed = Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64');
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key: DkimKey = {
      domain: 'football.example.com',
      selector: 'brisbane',
      algorithm: 'ed25519-sha256',
      privateKey: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
    };
    const rest =
      'q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;';
    expect((await signOctets(key, octets('ed25519-sha256', rest))).toString('base64')).toBe(
      '/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
    );
  });

  it('has what its RSA signature was made over', () => {
    const rest =
      'q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n date : message-id : from : subject : date;';
    const publicKey = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
-----END PUBLIC KEY-----`;
    const signature =
      'F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=';
    expect(verify('sha256', octets('rsa-sha256', rest), publicKey, Buffer.from(signature, 'base64'))).toBe(
      true,
    );
  });
});
