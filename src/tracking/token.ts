/**
 * The part of a pixel's URL that says whose it is, in either of its two formats.
 * Knows how tokens are written and proved; does not know which emails or recipients exist.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { printBase32, readBase32 } from '../base32.js';
import type { Key, KeyRing } from './key.js';
import { decodePercent } from './percent-encoding.js';

/**
 * What a token is good for; a token of one purpose never serves as another. `copy` says whose message came back, `shared` is the pixel
 * of all copies of an email that have none of their own, `optout` the link that stops tracking, `self` the one that marks a browser as the sender's.
 */
export type TokenPurpose = 'pixel' | 'rehearsal' | 'unsubscribe' | 'copy' | 'shared' | 'optout' | 'self';

/** The recipient number of the pixel that copies share: it stands for nobody, and no recipient has it. */
export const sharedNumber = 2 ** 48 - 1;

export interface SealedContent {
  readonly purpose: TokenPurpose;
  /** 48-bit random number of the email. */
  readonly emailNumber: number;
  /** 48-bit random number of the recipient within the email. */
  readonly recipientNumber: number;
}

/** What the readable token says. Anybody can write one: it counts only for emails that were sent with it. */
export interface ArticleContent {
  readonly emailId: string;
  readonly emailAddress: string;
}

/** `sealed` is proved by its tag; `article` is only a claim until the ledger confirms it. */
export type Token =
  | ({ readonly kind: 'sealed' } & SealedContent)
  | ({ readonly kind: 'article' } & ArticleContent);

/** Never throws, whatever the text. */
export function parseToken(ring: KeyRing, text: string): Token | undefined {
  const sealed = openToken(ring, text);
  if (sealed !== undefined) return { kind: 'sealed', ...sealed };
  const article = readArticleToken(text);
  return article === undefined ? undefined : { kind: 'article', ...article };
}

// --- sealed ---------------------------------------------------------------------------------------------------

/*
 *  octet 0      version (high four bits), purpose (low four bits)
 *  octet 1      key id
 *  octets 2-7   email number, big-endian
 *  octets 8-13  recipient number, big-endian
 *  octets 14-26 first 104 bits of HMAC-SHA-256 over a domain prefix and octets 0-13 (RFC 2104 §5)
 *
 * 27 octets are 44 characters of base32 whose last four bits are zero: but for its case, a token has one spelling. Filters
 * take 45 letters and digits in the path of an image for a web bug (LONG_IMG_URI of SpamAssassin).
 */
const version = 1;
const keyIdAt = 1;
const emailNumberAt = 2;
const recipientNumberAt = 8;
const tagAt = 14;
const tokenBytes = 27;
const sealedText = /^[a-z2-7]{44}$/i;
/** Characters of a sealed token. */
export const sealedLength = 44;

/** Keeps tags of other uses of the same key from being tags of tokens. */
const tagDomain = Buffer.from('mailtrack token 1\0');
/** What the tag is of: the domain, then a token's octets before its tag, which are written anew for each. */
const sealedPart = Buffer.concat([tagDomain, Buffer.alloc(tagAt)]);

const purposeCodes: Readonly<Record<TokenPurpose, number>> = {
  pixel: 1,
  rehearsal: 2,
  unsubscribe: 3,
  copy: 4,
  shared: 5,
  optout: 6,
  self: 7,
};
const purposes = new Map(
  Object.entries(purposeCodes).map(([purpose, code]) => [code, purpose as TokenPurpose] as const),
);

/** 44 characters of `a-z2-7` that say nothing without the ledger and cannot be made without the key. */
export function sealToken(ring: KeyRing, content: SealedContent): string {
  const token = Buffer.alloc(tokenBytes);
  token[0] = (version << 4) | purposeCodes[content.purpose];
  token[keyIdAt] = ring.signing.id;
  token.writeUIntBE(content.emailNumber, emailNumberAt, 6);
  token.writeUIntBE(content.recipientNumber, recipientNumberAt, 6);
  tagOf(ring.signing, token).copy(token, tagAt);
  return printBase32(token);
}

/**
 * Reads a token in any mixture of cases, since some gateways change the case of URLs. Never throws.
 * @returns undefined unless a key of the ring sealed it.
 */
export function openToken(ring: KeyRing, text: string): SealedContent | undefined {
  // Checked before the case is changed: beyond ASCII, other letters have the lower case of an ASCII one.
  if (!sealedText.test(text)) return undefined;
  const token = readBase32(text) ?? readBase32(text.toLowerCase());
  if (token === undefined) return undefined;
  const key = ring.byId.get(token[keyIdAt] ?? -1);
  if (key === undefined || token.length !== tokenBytes) return undefined;
  if (!timingSafeEqual(token.subarray(tagAt), tagOf(key, token))) return undefined;
  const head = token[0] ?? 0;
  const purpose = purposes.get(head & 0x0f);
  if (purpose === undefined || head >> 4 !== version) return undefined;
  return {
    purpose,
    emailNumber: readNumber(token, emailNumberAt),
    recipientNumber: readNumber(token, recipientNumberAt),
  };
}

function tagOf(key: Key, token: Uint8Array): Buffer {
  sealedPart.set(token.subarray(0, tagAt), tagDomain.length);
  return createHmac('sha256', key.secret)
    .update(sealedPart)
    .digest()
    .subarray(0, tokenBytes - tagAt);
}

/** 48 bits, big-endian. */
function readNumber(token: Uint8Array, at: number): number {
  let number = 0;
  for (let index = at; index < at + 6; index += 1) number = number * 256 + (token[index] ?? 0);
  return number;
}

// --- article --------------------------------------------------------------------------------------------------

const longestArticle = 1_024;
const base64Text = /^[A-Za-z0-9+/_-]+={0,2}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The token of the original idea: base64url of `{"email_id":…,"email_address":…}`, unpadded. RFC 4648 §5 */
export function printArticleToken(content: ArticleContent): string {
  const json = JSON.stringify({ email_id: content.emailId, email_address: content.emailAddress });
  return Buffer.from(json).toString('base64url');
}

/**
 * Reads base64url and standard base64, padded or not, percent-encoded or not. Never throws.
 * @returns undefined for more than 1,024 characters, or anything but an object of exactly the two strings.
 */
export function readArticleToken(text: string): ArticleContent | undefined {
  if (text.length > longestArticle) return undefined;
  const base64 = decodePercent(text);
  // Buffer would skip whatever is not base64 instead of refusing it.
  if (!base64Text.test(base64)) return undefined;
  const value = parseJson(Buffer.from(base64, 'base64'));
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return undefined;
  const emailId = ownText(value, 'email_id');
  const emailAddress = ownText(value, 'email_address');
  return emailId === undefined || emailAddress === undefined ? undefined : { emailId, emailAddress };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

/** Own properties only, and no text a database or a terminal could take for something else. */
function ownText(value: object, name: string): string | undefined {
  const text: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return typeof text === 'string' && !/[\p{Cc}\p{Cs}]/u.test(text) ? text : undefined;
}
