/**
 * From what the user typed to an email that could be sent, or to everything that is wrong with it. Nothing is
 * written and nothing is sent here; the plan is data that is shown, agreed to and then carried out.
 */
import { createHash } from 'node:crypto';
import { compileTemplate, type TemplateResult, templateKind } from '../merge/compile-template.js';
import type { Composition, SourceRef } from '../merge/composition.js';
import { type CopyPlan, createCopyPlan } from '../merge/copy-plan.js';
import { fieldsOf, parseLiquid } from '../merge/liquid.js';
import type { Attachment } from '../message/compose.js';
import { printDateTime } from '../message/date-time.js';
import { type HeaderField, headerValueFault, parseHeaderField } from '../message/header-field.js';
import { domainOf, type Mailbox, parseMailbox, printMailbox, splitMailboxList } from '../message/mailbox.js';
import { createMessageId } from '../message/message-id.js';
import { Problem, Problems } from '../problem.js';
import type { AddressBook } from '../recipients/address-book.js';
import { checkExposure, visibleCount } from '../recipients/audience.js';
import type { Recipient } from '../recipients/recipient.js';
import type { KeyRing } from '../tracking/key.js';
import { findRenderFaults, findUnknownFields } from './check-rows.js';
import type { SendPlan } from './events.js';
import { gatherRecipients, type NamedRecipients } from './gather-recipients.js';
import { createDistinctNumbers, createEmailId, createNumber48 } from './identifiers.js';
import type {
  Clock,
  EmailRecord,
  Files,
  Ledger,
  Mode,
  Random,
  RecipientRecord,
  TokenFormat,
} from './ports.js';

/** What the command line and the configuration say, as it was written. */
export interface EmailDraft {
  readonly templatePath: string;
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly textPath: string | undefined;
  readonly subject: string | undefined;
  readonly from: string | undefined;
  readonly replyTo: string | undefined;
  readonly envelopeFrom: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly headers: readonly string[];
  readonly attachments: readonly string[];
  readonly set: ReadonlyMap<string, string>;
  readonly named: NamedRecipients;
  readonly maxVisible: number;
  readonly expose: number | undefined;
  readonly duplicates: 'first' | 'last' | 'each' | undefined;
  readonly skipInvalid: boolean;
  /** true: only recipients who said yes are tracked. */
  readonly consentNeeded: boolean;
  readonly tokenFormat: TokenFormat;
  /** undefined: no copy is tracked. */
  readonly trackingUrl: string | undefined;
  /** For the plan; undefined in a dry run. */
  readonly server: string | undefined;
  readonly connections: number;
}

export interface PlanPorts {
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly ring: KeyRing;
  readonly addressBook: AddressBook;
  readonly findSuppressed: Ledger['findSuppressed'];
}

export interface PlannedEmail {
  readonly plan: SendPlan;
  readonly email: EmailRecord;
  readonly composition: Composition;
  readonly recipients: readonly RecipientRecord[];
  /** Recipients typed by hand, not read from a file. */
  readonly typedByHand: boolean;
  copies(purpose: 'pixel' | 'rehearsal'): CopyPlan;
}

/** @throws Problems: everything that is wrong with the template, the list, the addresses and the fields at once. */
export async function planEmail(draft: EmailDraft, ports: PlanPorts): Promise<PlannedEmail> {
  const problems: Problem[] = [];
  const sources: SourceRef[] = [];

  const template = await collect(problems, () => readTemplate(draft, ports.files, sources));
  const audience = await collect(problems, () =>
    gatherRecipients(draft, {
      files: ports.files,
      addressBook: ports.addressBook,
      findSuppressed: ports.findSuppressed,
      sources,
    }),
  );
  problems.push(...(audience?.problems ?? []));
  const originator = readOriginator(draft, template, problems);
  const headerFields = readHeaderFields(draft, problems);
  const attachments = await readAttachments(draft, template, ports.files, problems);
  if (audience !== undefined && audience.problems.length === 0 && audience.recipients.length === 0) {
    problems.push(nobody(audience.suppressed));
  }
  if (template === undefined || audience === undefined || originator === undefined)
    throw new Problems(problems);

  const { mode } = audience;
  const exposure = checkExposure(audience.recipients, mode, draft.maxVisible, draft.expose);
  if (exposure !== undefined) problems.push(exposure);
  problems.push(...checkSubject(template, mode));

  const now = ports.clock.now();
  const nextNumber = createDistinctNumbers(ports.random);
  const records = audience.recipients.map((recipient, position) =>
    toRecord(recipient, position, nextNumber(), now, draft),
  );
  const composition = compose(draft, ports, {
    template,
    audience,
    originator,
    headerFields,
    attachments,
    sources,
    now,
  });
  const email: EmailRecord = {
    emailId: createEmailId(ports.random),
    emailNumber: createNumber48(ports.random),
    mode,
    subject: template.compiled.subject,
    from: printMailbox(originator.from),
    messageId: composition.messageId,
    createdAt: now,
    tokenFormat: draft.tokenFormat,
    fingerprint: fingerprintOf(composition, records),
    composition: JSON.stringify(composition),
  };
  const copies = (purpose: 'pixel' | 'rehearsal') =>
    createCopyPlan(composition, {
      emailId: email.emailId,
      emailNumber: email.emailNumber,
      ring: ports.ring,
      purpose,
      attachments,
      templatePath: draft.templatePath,
    });

  problems.push(...checkEveryCopy(draft, template, audience.recipients, records, () => copies('rehearsal')));
  if (problems.length > 0) throw new Problems(problems);
  return {
    plan: describePlan(draft, email, composition, audience, records),
    email,
    composition,
    recipients: records,
    typedByHand: audience.typedByHand,
    copies,
  };
}

type Audience = Awaited<ReturnType<typeof gatherRecipients>>;

interface Originator {
  readonly from: Mailbox;
  readonly replyTo: readonly Mailbox[];
  readonly reversePath: string;
}

/** Runs one step; what it throws about the input is kept, so that the other steps can say theirs. */
async function collect<T>(problems: Problem[], step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Problems) problems.push(...error.problems);
    else if (error instanceof Problem) problems.push(error);
    else throw error;
    return undefined;
  }
}

async function readTemplate(draft: EmailDraft, files: Files, sources: SourceRef[]): Promise<TemplateResult> {
  const source = await files.readText(draft.templatePath);
  sources.push(sourceRef(draft.templatePath, source));
  const textPath = draft.textPath ?? (await siblingText(draft.templatePath, files));
  const text =
    textPath === undefined ? undefined : { path: textPath, source: await files.readText(textPath) };
  if (text !== undefined) sources.push(sourceRef(text.path, text.source));
  return compileTemplate(
    { path: draft.templatePath, source: source.replaceAll(/\r\n?/g, '\n'), text },
    draft.subject,
  );
}

/** `msg.txt` beside `msg.mjml` is its text part. */
async function siblingText(templatePath: string, files: Files): Promise<string | undefined> {
  if (templateKind(templatePath) === 'txt') return undefined;
  const path = templatePath.replace(/\.[^./\\]+$/, '.txt');
  return (await files.exists(path)) ? path : undefined;
}

function sourceRef(path: string, content: string | Uint8Array): SourceRef {
  return { path, sha256: createHash('sha256').update(content).digest('hex') };
}

function readOriginator(
  draft: EmailDraft,
  template: TemplateResult | undefined,
  problems: Problem[],
): Originator | undefined {
  const fromText = draft.from ?? template?.frontMatter.from;
  if (fromText === undefined) {
    problems.push(
      new Problem('config', 'there is no sender', {
        fix: 'Pass --from, set MAILTRACK_FROM, or write from = "Name <you@example.com>" into mailtrack.toml.',
      }),
    );
    return undefined;
  }
  const from = readMailbox('the sender', fromText, problems);
  const replyToText = draft.replyTo ?? template?.frontMatter.replyTo;
  const replyTo =
    replyToText === undefined
      ? []
      : splitMailboxList(replyToText).map(text => readMailbox('--reply-to', text, problems));
  const envelopeFrom =
    draft.envelopeFrom === undefined ? from : readMailbox('--envelope-from', draft.envelopeFrom, problems);
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

function readHeaderFields(draft: EmailDraft, problems: Problem[]): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  const seen = new Set<string>();
  for (const text of draft.headers) {
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
  if (draft.inReplyTo !== undefined && !/^<[^\s<>@]+@[^\s<>@]+>$/.test(draft.inReplyTo)) {
    problems.push(
      new Problem('header-value', `--in-reply-to ${JSON.stringify(draft.inReplyTo)} is not a message id`, {
        fix: 'Copy it whole, with its angle brackets: <…@…>.',
      }),
    );
  }
  return fields;
}

async function readAttachments(
  draft: EmailDraft,
  template: TemplateResult | undefined,
  files: Files,
  problems: Problem[],
): Promise<readonly (Attachment & { path: string })[]> {
  const folder = draft.templatePath.replace(/[^/\\]*$/, '');
  const paths = [
    ...(template?.frontMatter.attachments.map(path => (path.startsWith('/') ? path : folder + path)) ?? []),
    ...draft.attachments,
  ];
  const attachments: (Attachment & { path: string })[] = [];
  for (const path of paths) {
    const content = await collect(problems, () => files.readBytes(path));
    const filename = path.replace(/^.*[/\\]/, '');
    const fault = headerValueFault(filename);
    if (fault !== undefined)
      problems.push(new Problem('header-value', `the file name ${JSON.stringify(filename)} has a ${fault}`));
    if (content !== undefined) attachments.push({ path, filename, content });
  }
  return attachments;
}

function nobody(suppressed: readonly string[]): Problem {
  return suppressed.length > 0
    ? new Problem('usage', `nobody is left: all ${suppressed.length} recipients are suppressed`)
    : new Problem('usage', 'there are no recipients', { fix: 'Name them with --to, --cc, --bcc or --each.' });
}

/** Everybody in a group sees the same Subject; a merge field in it would split their thread. */
function checkSubject(template: TemplateResult, mode: Mode): readonly Problem[] {
  if (mode === 'each') return [];
  const origin = { place: { file: 'subject' }, lineOffset: 0 };
  const [field] = fieldsOf(parseLiquid('text', template.compiled.subject, origin), origin).keys();
  if (field === undefined) return [];
  return [
    new Problem(
      'template-subject',
      `the subject has the merge field "${field}", but in group mail everybody sees one subject`,
      {
        fix: 'Write it without, or send one message to each with --each.',
      },
    ),
  ];
}

function toRecord(
  recipient: Recipient,
  position: number,
  recipientNumber: number,
  now: Date,
  draft: EmailDraft,
): RecipientRecord {
  return {
    position,
    recipientNumber,
    emailAddress: recipient.mailbox.addrSpec,
    name: recipient.mailbox.name,
    role: recipient.role,
    tracked: draft.trackingUrl !== undefined && recipient.tracked,
    fields: recipient.fields,
    state: 'pending',
    stateAt: now,
    attempts: 0,
  };
}

interface Parts {
  readonly template: TemplateResult;
  readonly audience: Audience;
  readonly originator: Originator;
  readonly headerFields: readonly HeaderField[];
  readonly attachments: readonly (Attachment & { path: string })[];
  readonly sources: readonly SourceRef[];
  readonly now: Date;
}

function compose(draft: EmailDraft, ports: PlanPorts, parts: Parts): Composition {
  const { audience, originator, template } = parts;
  const inRole = (role: 'to' | 'cc') =>
    audience.mode === 'group'
      ? audience.recipients.filter(recipient => recipient.role === role).map(recipient => recipient.mailbox)
      : [];
  // Without a pixel to carry, a plain text template is sent as what it is.
  const textOnly = draft.trackingUrl === undefined && templateKind(draft.templatePath) === 'txt';
  return {
    version: 1,
    mode: audience.mode,
    reversePath: originator.reversePath,
    from: originator.from,
    replyTo: originator.replyTo,
    to: inRole('to'),
    cc: inRole('cc'),
    date: printDateTime(parts.now, -parts.now.getTimezoneOffset()),
    messageId: createMessageId(ports.random.bytes(16), domainOf(originator.from.addrSpec)),
    inReplyTo: draft.inReplyTo,
    headerFields: parts.headerFields,
    boundary: createMessageId(ports.random.bytes(12), '').slice(1, -2),
    template: textOnly ? { ...template.compiled, html: undefined } : template.compiled,
    set: [...draft.set],
    defaults: [...template.frontMatter.defaults],
    attachments: parts.attachments.map(({ path, filename, content }) => ({
      filename,
      ...sourceRef(path, content),
    })),
    tokenFormat: draft.tokenFormat,
    trackingUrl: draft.trackingUrl,
    folder: draft.folder,
    sources: parts.sources,
  };
}

/** The same words to the same people: what nobody means to send twice in a day. */
function fingerprintOf(composition: Composition, records: readonly RecipientRecord[]): string {
  const { mode, template } = composition;
  const recipients = records.map(({ emailAddress, role, fields }) => [emailAddress, role, [...fields]]);
  return createHash('sha256')
    .update(JSON.stringify([mode, template, recipients]))
    .digest('hex');
}

function checkEveryCopy(
  draft: EmailDraft,
  template: TemplateResult,
  recipients: readonly Recipient[],
  records: readonly RecipientRecord[],
  copies: () => CopyPlan,
): readonly Problem[] {
  const check = {
    asked: template.fields,
    recipients,
    given: [...draft.set.keys(), ...template.frontMatter.defaults.keys()],
    withoutValue: draft.trackingUrl === undefined ? ['unsubscribe_url'] : [],
  };
  const unknown = findUnknownFields(check);
  if (unknown.length > 0) return unknown;
  const plan = copies();
  return findRenderFaults(check, (_recipient, index) => plan.render(records[index] as RecipientRecord));
}

function describePlan(
  draft: EmailDraft,
  email: EmailRecord,
  composition: Composition,
  audience: Audience,
  records: readonly RecipientRecord[],
): SendPlan {
  const inRole = (role: 'to' | 'cc' | 'bcc') =>
    audience.recipients.filter(recipient => recipient.role === role).map(recipient => recipient.mailbox);
  return {
    emailId: email.emailId,
    mode: email.mode,
    subject: email.subject,
    messageId: email.messageId,
    from: composition.from,
    to: inRole('to'),
    cc: inRole('cc'),
    bcc: inRole('bcc'),
    recipients: records.length,
    visible: email.mode === 'each' ? 1 : visibleCount(audience.recipients),
    untracked: records.filter(record => !record.tracked).length,
    suppressed: audience.suppressed,
    server: draft.server,
    connections: Math.min(draft.connections, Math.ceil(records.length / 10)),
    trackingUrl: draft.trackingUrl,
    notices: audience.notices,
    warnings: [],
  };
}
