import type { Reply } from './reply.js';

/** What a server announced in its reply to EHLO. */
export interface Capabilities {
  /** RFC 2920 */
  readonly pipelining: boolean;
  /** RFC 3030 */
  readonly chunking: boolean;
  /** RFC 6152 */
  readonly eightBitMime: boolean;
  /** RFC 6531 */
  readonly smtpUtf8: boolean;
  /** RFC 2034 */
  readonly enhancedStatusCodes: boolean;
  /** The SIZE parameter of MAIL may be used. RFC 1870 */
  readonly size: boolean;
  /** Octets; undefined when there is no fixed maximum, or none that makes sense. */
  readonly maxMessageBytes: number | undefined;
  /** SASL mechanisms in upper case, in the server's order. RFC 4954 §3 */
  readonly auth: readonly string[];
  /** Transactions in one session; undefined when not said. RFC 9422 §4 */
  readonly mailMax: number | undefined;
  /** Recipients in one transaction; undefined when not said. RFC 9422 §4 */
  readonly rcptMax: number | undefined;
}

/** A server that only knows HELO has no extensions. RFC 5321 §3.2 */
export const noCapabilities: Capabilities = {
  pipelining: false,
  chunking: false,
  eightBitMime: false,
  smtpUtf8: false,
  enhancedStatusCodes: false,
  size: false,
  maxMessageBytes: undefined,
  auth: [],
  mailMax: undefined,
  rcptMax: undefined,
};

/** Reads the keywords behind the greeting line, in any case (RFC 5321 §4.1.1.1). What is not understood is not used. */
export function parseCapabilities(ehlo: Reply): Capabilities {
  const keywords = readKeywords(ehlo.lines.slice(1));
  const limits = new Map(keywords.get('LIMITS')?.map(limit => splitAt(limit.toUpperCase(), '=')));
  return {
    pipelining: keywords.has('PIPELINING'),
    chunking: keywords.has('CHUNKING'),
    eightBitMime: keywords.has('8BITMIME'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    enhancedStatusCodes: keywords.has('ENHANCEDSTATUSCODES'),
    size: keywords.has('SIZE'),
    maxMessageBytes: positiveInteger(keywords.get('SIZE')?.[0]),
    auth: keywords.get('AUTH')?.map(mechanism => mechanism.toUpperCase()) ?? [],
    mailMax: positiveInteger(limits.get('MAILMAX')),
    rcptMax: positiveInteger(limits.get('RCPTMAX')),
  };
}

/** Keyword in upper case → parameters. A keyword said twice, as `AUTH PLAIN` and the older `AUTH=PLAIN`, is one. */
function readKeywords(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const keywords = new Map<string, readonly string[]>();
  for (const line of lines) {
    const words = line.trim();
    const keyword = /^[^\s=]+/.exec(words)?.[0] ?? '';
    const name = keyword.toUpperCase();
    const rest = words.slice(keyword.length).replace(/^[\s=]+/, '');
    const parameters = rest.split(/\s+/).filter(parameter => parameter !== '');
    if (name !== '') keywords.set(name, [...new Set([...(keywords.get(name) ?? []), ...parameters])]);
  }
  return keywords;
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** `SIZE 0` means no fixed maximum (RFC 1870 §3); a negative, huge or wordy value means nothing at all. */
function positiveInteger(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  const value = Number(text);
  return value > 0 && Number.isSafeInteger(value) ? value : undefined;
}
