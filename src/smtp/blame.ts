/**
 * Whom a refusal is about, when its words speak of the sender: "Relay access denied" may mean that this server takes nothing
 * from us, or that it does not relay to one of the recipients' domains. The words only hint; what happens to the other
 * recipients decides. Until then a refused recipient is held, and the others are tried.
 */
import type { ReplyFacts } from './outcome.js';
import { judgedText } from './reply.js';

/** A recipient whose refusal reads as one of the sender. */
export interface HeldRefusal<Recipient> {
  readonly recipient: Recipient;
  /** Of the recipient's address, in lower case. */
  readonly domain: string;
  readonly reply: ReplyFacts;
  /** On a clock that never runs backwards, in milliseconds. */
  readonly refusedAtMs: number;
}

/** Refusals in a row, without an acceptance between them, that show that the sender is refused. */
const enough = { domains: 10, refusals: 100 } as const;

export class Blame<Recipient> {
  #isAccepted: boolean;
  /** About recipients or about the sender; evidence has to tell. */
  readonly #held: HeldRefusal<Recipient>[] = [];
  /** About the sender, whatever else it takes: the others say nothing about these. */
  readonly #certain: HeldRefusal<Recipient>[] = [];
  #inARow = 0;
  readonly #domainsInARow = new Set<string>();
  #certainInARow = 0;

  /** @param isAccepted the server took a message of this email before. */
  constructor(isAccepted: boolean) {
    this.#isAccepted = isAccepted;
  }

  /** The server took a message of this email, in this run or an earlier one. */
  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  refused(refusal: HeldRefusal<Recipient>): void {
    const isCertain = isCertainlyAboutSender(refusal.reply);
    (isCertain ? this.#certain : this.#held).push(refusal);
    this.#inARow += 1;
    this.#domainsInARow.add(refusal.domain);
    if (isCertain) this.#certainInARow += 1;
  }

  /**
   * A message was taken: the sender is not refused.
   * @param begunAtMs when its transaction began.
   * @returns those held whose refusal came before that: it was about them, and they are held no more.
   */
  accepted(begunAtMs: number): readonly HeldRefusal<Recipient>[] {
    this.#isAccepted = true;
    this.#inARow = 0;
    this.#certainInARow = 0;
    this.#domainsInARow.clear();
    const { length } = this.#held;
    return length === 0 ? [] : this.#release(({ refusedAtMs }) => refusedAtMs <= begunAtMs);
  }

  /** Enough were refused one after another that it is useless to try more. Where others were accepted it takes many. */
  get isSenderRefused(): boolean {
    const { domains, refusals } = enough;
    if (this.#certainInARow >= domains || this.#inARow >= refusals) return true;
    return !this.#isAccepted && this.#domainsInARow.size >= domains;
  }

  /** Everybody was tried. @returns those held, if the server took a message of somebody else: it was about them. */
  everybodyTried(): readonly HeldRefusal<Recipient>[] {
    return this.#isAccepted && !this.isSenderRefused ? this.#release(() => true) : [];
  }

  /** Refusals that nothing but the sender explains so far; the first one is worth quoting. */
  get unexplained(): readonly HeldRefusal<Recipient>[] {
    return [...this.#certain, ...this.#held];
  }

  #release(is: (refusal: HeldRefusal<Recipient>) => boolean): readonly HeldRefusal<Recipient>[] {
    const released = this.#held.filter(is);
    const rest = this.#held.filter(refusal => !is(refusal));
    this.#held.splice(0, this.#held.length, ...rest);
    return released;
  }
}

/** Login wanted or refused. RFC 4954 §6 */
const loginCodes: readonly number[] = [530, 534, 535, 538];
/** 5.4.5: Gmail's daily sending quota. 5.7.28: mail flood detected. The others: the login is not good enough, RFC 4954 §6. */
const certainStatusCodes: readonly string[] = ['5.4.5', '5.7.8', '5.7.9', '5.7.11', '5.7.28'];
/** "Daily SMTP relay limit exceeded", "message quota exceeded". */
const quotaWords = [/\b(?:daily|hourly|sending|message)\b/i, /\b(?:limit|quota)\b/i] as const;

/** A login or a quota: the server may have taken others before, and yet these wait for the sender. */
function isCertainlyAboutSender(reply: ReplyFacts): boolean {
  const { replyCode, enhancedStatusCode } = reply;
  return (
    loginCodes.includes(replyCode) || certainStatusCodes.includes(enhancedStatusCode) || isSpentQuota(reply)
  );
}

/** What a sender may send in a time is used up. */
export function isSpentQuota({ enhancedStatusCode, replyText }: ReplyFacts): boolean {
  return enhancedStatusCode === '5.4.5' || quotaWords.every(words => words.test(judgedText(replyText)));
}
