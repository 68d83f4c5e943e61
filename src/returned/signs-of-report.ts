import { firstAddressIn } from './addresses-in-text.js';
import type { MessageParts } from './message-parts.js';
import { beginsWith, listed, plainWords, says, type Wording } from './wording.js';

/** How servers that report call themselves, in a local part or in a name. */
const serverNames = listed(`
  mailer daemon | mailerdaemon | mail daemon | maildaemon | mdaemon | postmaster | post master | poostmaster | mail delivery |
  mail deliver | mail deliver system | mailer delivery | mail system | mailsystem | mail administrator | mail service |
  system administrator | delivery system | delivery subsystem | microsoft outlook | microsoft exchange | internet mail
`);
/** Local parts of programs, some of which also write other mail than reports. */
const programNames = listed(`
  daemon | mailadmin | mta$ | bounce | majordomo | smtp | gateway | antivirus | symantec antivirus | delivery$ | admin$ | noreply | no reply
`);

const delivery = ['deliver'];
const failure = listed(`
      fail | error | problem | delay | unsuccess | impossible | warning | notif | notice | status | report
    `);

const subjectsOfFailure: readonly Wording[] = [
  ...listed(`
      undeliver | non deliver | nondeliver | returned mail | returned message | returned to sender | returned e mail
      | returned email | returning mail | returning message | returning to sender | return to sender | failure
      notice | loop alert | mail system error | user unknown | rejected | bounce | processing error
    `),
  [delivery, 40, failure],
  [failure, 40, delivery],
  [['fail'], 30, ['mail', 'message']],
  [
    listed(`
      mail | message | email
    `),
    30,
    listed(`
      fail | error | reject | undeliver | could not | not delivered | returned | status | delay
    `),
  ],
  [
    listed(`
      could not | can not | unable | not$
    `),
    12,
    listed(`
      sent | send | deliver
    `),
  ],
  [['error'], 20, ['sending']],
  ...listed(`
      unzustellbar | nicht zugestellt | zustellung | non remis | non recapitato | devuelto | no entregado | não
      entregue | недоставлен | не доставлен | ваше сообщение не
    `),
];

const wordsOfFailure: readonly Wording[] = [
  [
    ['not ', 'unable to '],
    20,
    listed(`
      deliver | reach | sent | send | accept | complet | process | find | found | exist | relay
    `),
  ],
  ...listed(`
      was not able | undeliver | fail | fatal error | delivery error | permanent error | returned to sender |
      returned mail | returned below | returned message | has been returned | encountered an error | did not reach |
      user unknown | unknown user | no such user | mailbox full | mailbox is full | quota | had permanent | had
      transient | had delivery | delivery status | reject | delayed | postponed | disabled | exceeds | trouble
      delivering | delivery to | error occurred | error while | error from | errors from | error message | non
      delivery | nicht zugestellt | не может быть доставлено | не доставлено
    `),
];

const plainReports: readonly Wording[] = listed(`
      undeliver | non deliver | nondeliver | delivery status | delivery fail | mail delivery fail | mail delivery
      warning | mail delivery problem
    `);

const maxCharacters = 20_000;

/**
 * Whether a server wrote the message about one that it did not deliver. A person who quotes or forwards such a report did not.
 * @param words the lines in front of the returned message. @param pasted the returned message behind them; '' without one.
 */
export function isReportByServer(parts: MessageParts, words: readonly string[], pasted: string): boolean {
  const { header, subject, mediaType, reportType } = parts;
  if (mediaType === 'multipart/report' && reportType === 'delivery-status') return true;
  if (header.first('x-failed-recipients') !== '') return true;
  const isReturned = pasted !== '' || parts.original !== undefined;
  const hasSubject = says(plainWords(subject), subjectsOfFailure);
  const hasWords =
    says(plainWords(unquoted(words)), wordsOfFailure) || /\b[45]\d\d[ -]#?[45]\.\d/.test(unquoted(words));
  const sender = serverIn(header.first('from'));
  const isAnAnswer = isAnswer(subject) || header.first('in-reply-to') !== '';
  if (sender === 'by-local-part' || (sender === 'by-name' && !isAnAnswer))
    return hasSubject || hasWords || isReturned;
  if (!hasSubject || !hasWords) return false;
  if (sender === 'program' && !isAnAnswer) return true;
  const path = header.first('return-path').trim();
  if (/^<\s*>$/.test(path) || /^<?mailer-daemon/i.test(path)) return true;
  if (/^\s*auto-(?:replied|generated)/i.test(header.first('auto-submitted'))) return isReturned;
  if (isAnAnswer) return false;
  return isReturned || says(plainWords(subject).slice(0, 40), plainReports);
}

function unquoted(words: readonly string[]): string {
  return words
    .filter(line => !line.startsWith('> '))
    .join('\n')
    .slice(0, maxCharacters);
}

/** Whose From it is. An empty one is a server's; a person may have a name with a server's word in it. */
function serverIn(from: string): 'by-local-part' | 'by-name' | 'program' | 'other' {
  const address = firstAddressIn(from);
  const localPart =
    address === '' ? from.replaceAll(/[<>"\s]/g, '') : address.slice(0, address.lastIndexOf('@'));
  const words = plainWords(localPart);
  if (
    localPart === '' ||
    beginsWith(words, serverNames) ||
    /^\s*<?"?(?:postmaster|mailer-daemon)\b/i.test(from)
  )
    return 'by-local-part';
  // `plainWords` takes addresses out of the name.
  if (beginsWith(plainWords(from), serverNames)) return 'by-name';
  return says(words, programNames) ? 'program' : 'other';
}

function isAnswer(subject: string): boolean {
  return says(
    plainWords(subject).slice(0, 8),
    listed(`
      re$ | fw$ | fwd$ | aw$ | wg$ | sv$ | vs$ | tr$ | rv$ | antw$
    `),
  );
}
