import { manyRecipients } from '../merge/one-click.js';
import { domainOf, type Mailbox } from '../message/mailbox.js';
import type { RuleFinding } from './finding.js';

export interface CheckedEmail {
  readonly mode: 'group' | 'each';
  readonly recipients: number;
  readonly from: Mailbox;
  readonly replyTo?: readonly Mailbox[] | undefined;
  /** The template asks for `unsubscribe_url`. */
  readonly hasUnsubscribeLink: boolean;
  /** A server that gives every copy a Message-ID of its own. */
  readonly replacingRelay?: string | undefined;
}

/** What is to be said about an email as a whole: who sends it to how many. */
export function checkEmail(email: CheckedEmail): readonly RuleFinding[] {
  return [...checkList(email), ...checkReplies(email), ...checkRelay(email.mode, email.replacingRelay)];
}

/** @param warnings of `recipients/same-mailbox.ts`; of group mail. */
export function checkSameMailboxes(warnings: readonly string[]): readonly RuleFinding[] {
  return warnings.map(what => ({
    severity: 'warning',
    code: 'same-mailbox',
    what,
    fix: 'Leave one of each out: of group mail servers drop the second copy, and its pixel is never fetched; of other mail one person gets two.',
    about: '',
  }));
}

export function checkDomains(warnings: readonly string[]): readonly RuleFinding[] {
  return warnings.map(what => ({
    severity: 'warning',
    code: 'domain-doubtful',
    what,
    fix: 'Look at them; mail to a domain with a slip in its name reaches a stranger, or nobody.',
    about: '',
  }));
}

/** Only group mail shares its Message-ID. */
export function checkRelay(mode: CheckedEmail['mode'], relay: string | undefined): readonly RuleFinding[] {
  if (mode === 'each' || relay === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'message-id-replaced',
      what: `${relay} gives every copy a Message-ID of its own; replies find each other by References, which all copies share`,
      fix: 'Send through a server that leaves Message-ID alone if the thread matters: some mail programs show one for each reply.',
      about: '',
    },
  ];
}

const noReply = /^(?:no|do[-_.]?not)[-_.]?reply\b/i;

/** Who cannot answer presses "spam", and some servers take no mail that cannot be answered. */
function checkReplies({ from, replyTo = [] }: CheckedEmail): readonly RuleFinding[] {
  const answered = replyTo.length > 0 ? replyTo : [from];
  if (!answered.every(({ addrSpec }) => noReply.test(addrSpec))) return [];
  return [
    {
      severity: 'warning',
      code: 'from-no-reply',
      what: `answers go to ${answered.map(({ addrSpec }) => addrSpec).join(', ')}, which says that nobody reads them`,
      fix: 'Send from an address that is read, or name one with --reply-to.',
      about: '',
    },
  ];
}

function checkList({ mode, recipients, from, hasUnsubscribeLink }: CheckedEmail): readonly RuleFinding[] {
  if (recipients <= manyRecipients) return [];
  const findings: RuleFinding[] = [];
  if (mode === 'each' && !hasUnsubscribeLink) {
    findings.push({
      severity: 'warning',
      code: 'unsubscribe-missing',
      what: `${recipients} people get it, and there is no link to unsubscribe`,
      fix: 'Put {{ unsubscribe_url }} into the template: people who find no link press "spam".',
      about: '',
    });
  }
  const domain = domainOf(from.addrSpec).toLowerCase();
  if (isFreemail(domain)) {
    findings.push({
      severity: 'warning',
      code: 'from-freemail',
      what: `${from.addrSpec} sends to ${recipients} people, and ${domain} is a provider of private mailboxes`,
      fix: 'Send from a domain of your own: large servers refuse such mail unless the provider itself sent it.',
      about: '',
    });
  }
  return findings;
}

const freemail =
  /^(?:(?:gmail|googlemail|ymail|rocketmail|aol|icloud|me|mac|msn|zoho|mail|fastmail|proton|protonmail|tutanota|qq|163|126|inbox|rediffmail)\.com|(?:gmx|yahoo|outlook|hotmail|live)\.[a-z]{2,3}(?:\.[a-z]{2})?|(?:proton|pm)\.me|(?:web|t-online|freenet|posteo)\.de|(?:mail|bk|list|inbox)\.ru|yandex\.(?:ru|com)|(?:seznam|centrum|email|post)\.cz|(?:orange|free|laposte|wanadoo)\.(?:fr|net)|(?:libero|virgilio)\.it|(?:wp|o2|onet|interia)\.pl|tuta\.(?:com|io))$/;

function isFreemail(domain: string): boolean {
  return freemail.test(domain);
}
