import { judgedText, type Reply } from './reply.js';

type Command = 'mail' | 'rcpt';

/**
 * How a server words its positive replies to MAIL and to RCPT. Replies are told apart by their order alone, so that one
 * too few would make each the answer to another command; where the words differ, that is noticed.
 */
export class ReplySigns {
  readonly #signs = new Map<Command, string>();

  /** @param reply positive, and known to be to that command. */
  learn(command: Command, reply: Reply): void {
    if (!this.#signs.has(command)) this.#signs.set(command, signOf(reply));
  }

  /** Both are known, and differ. */
  get areDistinct(): boolean {
    const [mail, rcpt] = [this.#signs.get('mail'), this.#signs.get('rcpt')];
    return mail !== undefined && rcpt !== undefined && mail !== rcpt;
  }

  /** The reply is worded as one to the other command. Words never heard before say nothing. */
  isOfAnother(command: Command, reply: Reply): boolean {
    const other = command === 'mail' ? 'rcpt' : 'mail';
    return this.areDistinct && signOf(reply) === this.#signs.get(other);
  }

  /** The reply to a message is worded as one to RCPT. (OpenSMTPD words MAIL's and the message's alike.) */
  isToRecipient(reply: Reply): boolean {
    return this.areDistinct && signOf(reply) === this.#signs.get('rcpt');
  }
}

/** The enhanced status code, or else the text without the address that some repeat. */
function signOf({ enhancedStatusCode, text }: Reply): string {
  return enhancedStatusCode === ''
    ? judgedText(text).replaceAll(/\S+/g, word => (word.slice(1, -1).includes('@') ? '' : word))
    : enhancedStatusCode;
}
