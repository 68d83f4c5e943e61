import type { Reply } from './reply.js';

/** What a server offers after EHLO; after HELO, or unless said, nothing. */
export interface Capabilities {
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly smtpUtf8: boolean;
  /** SIZE is offered: messages may be announced. RFC 1870 */
  readonly size: boolean;
  /** Largest message in octets; undefined: no limit named. */
  readonly maxMessageBytes: number | undefined;
  /** Transactions per session; undefined: no limit named. RFC 9422 */
  readonly maxTransactions: number | undefined;
}

export const noCapabilities: Capabilities = {
  pipelining: false,
  chunking: false,
  smtpUtf8: false,
  size: false,
  maxMessageBytes: undefined,
  maxTransactions: undefined,
};

/** From the reply to EHLO; keywords in any case. RFC 5321 §4.1.1.1 */
export function readCapabilities(reply: Reply): Capabilities {
  const lines = reply.text.split('\n').slice(1);
  const keywords = new Map<string, readonly string[]>();
  for (const line of lines) {
    const [word = '', ...parameters] = line.trim().split(/\s+/);
    keywords.set(word.toUpperCase(), parameters);
  }
  return {
    pipelining: keywords.has('PIPELINING'),
    chunking: keywords.has('CHUNKING'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    size: keywords.has('SIZE'),
    maxMessageBytes: positive(keywords.get('SIZE')?.[0]),
    maxTransactions: positive(/^MAILMAX=(\d+)$/im.exec((keywords.get('LIMITS') ?? []).join('\n'))?.[1]),
  };
}

/** 0 means no limit; what is no number means nothing. */
function positive(text: string | undefined): number | undefined {
  const number = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return number > 0 ? number : undefined;
}
