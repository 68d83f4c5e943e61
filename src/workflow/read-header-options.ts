import type { FrontMatter } from '../merge/front-matter.js';
import { type HeaderField, parseHeaderField } from '../message/header-field.js';
import { type Mailbox, parseMailbox, splitMailboxList } from '../message/mailbox.js';
import { isMessageId } from '../message/message-id.js';
import { Problem } from '../problem.js';

/** What the command line and the configuration say of the header, as it was written. */
interface HeaderOptions {
  readonly from: string | undefined;
  readonly replyTo: string | undefined;
  readonly envelopeFrom: string | undefined;
  /** From the configuration: the template may say otherwise. */
  readonly usual?: { readonly from: string | undefined; readonly replyTo: string | undefined } | undefined;
  readonly headers: readonly string[];
  readonly inReplyTo: string | undefined;
}

export interface Originator {
  readonly from: Mailbox;
  readonly replyTo: readonly Mailbox[];
  /** addr-spec of MAIL FROM. */
  readonly reversePath: string;
}

/** @param problems what is wrong is added to them. */
export function readOriginator(
  options: HeaderOptions,
  frontMatter: FrontMatter | undefined,
  problems: Problem[],
): Originator | undefined {
  const fromText = options.from ?? frontMatter?.from ?? options.usual?.from;
  if (fromText === undefined) {
    // A front matter that cannot be read may have named one.
    if (frontMatter === undefined) return undefined;
    problems.push(
      new Problem('config', 'there is no sender', {
        fix: 'Pass --from, set MAILTRACK_FROM, or write from = "Name <you@example.com>" into mailtrack.toml.',
      }),
    );
    return undefined;
  }
  const from = readMailbox('the sender', fromText, problems);
  const replyToText = options.replyTo ?? frontMatter?.replyTo ?? options.usual?.replyTo;
  const replyTo =
    replyToText === undefined
      ? []
      : splitMailboxList(replyToText).map(text => readMailbox('--reply-to', text, problems));
  const envelopeFrom =
    options.envelopeFrom === undefined
      ? from
      : readMailbox('--envelope-from', options.envelopeFrom, problems);
  if (from === undefined || envelopeFrom === undefined) return undefined;
  return {
    from,
    replyTo: replyTo.filter(mailbox => mailbox !== undefined),
    reversePath: envelopeFrom.addrSpec,
  };
}

function readMailbox(what: string, text: string, problems: Problem[]): Mailbox | undefined {
  const mailbox = parseMailbox(text);
  if (mailbox.ok) return mailbox.value;
  problems.push(
    new Problem('address-syntax', `${what} ${JSON.stringify(text)} is not a mailbox: ${mailbox.why}`),
  );
  return undefined;
}

/** @param problems what is wrong is added to them. */
export function readHeaderFields(options: HeaderOptions, problems: Problem[]): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  const seen = new Set<string>();
  for (const text of options.headers) {
    const field = parseHeaderField(text);
    if (!field.ok) {
      problems.push(new Problem('header-value', `--header ${JSON.stringify(text)}: ${field.why}`));
    } else if (seen.has(field.value.name.toLowerCase())) {
      problems.push(new Problem('header-value', `--header ${field.value.name} is given twice`));
    } else {
      seen.add(field.value.name.toLowerCase());
      fields.push(field.value);
    }
  }
  if (options.inReplyTo !== undefined && !isMessageId(options.inReplyTo)) {
    problems.push(
      new Problem('header-value', `--in-reply-to ${JSON.stringify(options.inReplyTo)} is not a message id`, {
        fix: 'Copy it whole, with its angle brackets: <…@…>.',
      }),
    );
  }
  return fields;
}
