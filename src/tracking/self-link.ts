/** The link that marks a browser as the sender's own, and the cookie that the browser has then. */
import type { KeyRing } from './key.js';
import { linkTokenOf, openLinkToken } from './link-token.js';
import { sealToken } from './token.js';

const folder = 'self';
const cookieName = 'mailtrack_self';
const aYearSeconds = 31_536_000;

/** `<base>/self/<token>`. @param number 48 random bits, so that two links differ. */
export function selfUrl(base: string, ring: KeyRing, number: number): string {
  return `${base}/${folder}/${sealToken(ring, { purpose: 'self', emailNumber: 0, recipientNumber: number })}`;
}

/** As `linkTokenOf`. */
export function selfTokenOf(requestTarget: string): string | undefined {
  return linkTokenOf(requestTarget, folder);
}

export function isSelfToken(ring: KeyRing, text: string): boolean {
  return openLinkToken(ring, text, 'self') !== undefined;
}

/**
 * The value of Set-Cookie. RFC 6265 §4.1: sent with images that web mail loads from another site (SameSite=None), and with no other
 * request than for a pixel.
 */
export function selfCookie(token: string): string {
  return `${cookieName}=${token.replace(/[^a-z0-9]/gi, '')}; Max-Age=${aYearSeconds}; Path=/email_opened; Secure; HttpOnly; SameSite=None`;
}

/** @returns the token in the value of a Cookie field; undefined when it has none. */
export function selfTokenInCookie(cookie: string): string | undefined {
  const at = cookie.indexOf(`${cookieName}=`);
  if (at === -1 || (at > 0 && !'; '.includes(cookie[at - 1] ?? ''))) return undefined;
  const [value = ''] = cookie.slice(at + cookieName.length + 1).split(';', 1);
  return value.trim();
}
