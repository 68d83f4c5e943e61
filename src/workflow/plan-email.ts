/**
 * From what the user typed to an email that could be sent, or to everything that is wrong with it. Nothing is
 * written and nothing is sent here; the plan is data that is shown, agreed to and then carried out.
 */
import { plural } from '../amount.js';
import { printBase32 } from '../base32.js';
import { checkRelay } from '../check/email-rules.js';
import type { CompiledTemplate, TemplateResult } from '../merge/compile-template.js';
import type { Composition } from '../merge/composition.js';
import { type CopyPlan, createCopyPlan } from '../merge/copy-plan.js';
import type { ShownImage } from '../merge/embed-images.js';
import { fieldsOf, parseLiquid } from '../merge/liquid/liquid.js';
import { offersOneClick } from '../merge/one-click.js';
import { attachmentType } from '../message/attachment-type.js';
import { printDateTime } from '../message/date-time.js';
import type { DkimSigner } from '../message/dkim/signer.js';
import { domainOf, printMailbox } from '../message/mailbox.js';
import { createMessageId } from '../message/message-id.js';
import { Problem, Problems } from '../problem.js';
import { consentOf } from '../recipients/consent.js';
import { checkExposure } from '../recipients/exposure.js';
import type { Recipient } from '../recipients/recipient.js';
import { replacesMessageId } from '../smtp/relays.js';
import type { KeyRing } from '../tracking/key.js';
import { findForeignFields } from './broken-template.js';
import { findHeaderLeftovers, findHeaderProblems } from './check-header.js';
import { fieldCheckOf, findUnknownFields } from './check-rows.js';
import { type CopyCheck, createCopyCheck, type Survey, toCopyRecipient, valuesOf } from './copy-check.js';
import type { SendPlan } from './events.js';
import type { Gathered } from './gather-recipients.js';
import { createDistinctNumbers, createEmailId, createNumber48 } from './identifiers.js';
import type { OwnAttachments } from './own-attachments.js';
import type { Clock, EmailRecord, Mode, RecipientRecord } from './ports.js';
import { createAttachmentReader } from './read-attachment.js';
import { type DraftPorts, type EmailDraft, type ReadDraft, readDraft } from './read-draft.js';
import { sourceRef } from './source-ref.js';
import { findSpacedFields, withoutSpaced } from './spaced-fields.js';

export interface PlanPorts extends DraftPorts {
  readonly clock: Clock;
}

export interface FileInCopy {
  readonly filename: string;
  readonly bytes: number;
}

export interface PlannedEmail {
  readonly plan: SendPlan;
  readonly email: EmailRecord;
  readonly composition: Composition;
  readonly template: TemplateResult;
  /** What reads as a merge field nobody filled in, when that was said to be meant. */
  readonly leftovers: readonly Problem[];
  /** Of rows whose subject makes a line that no server has to take. */
  readonly longSubjects: readonly Problem[];
  /** Addresses that only the sender can judge, in sentences. */
  readonly doubts: { readonly domains: readonly string[]; readonly sameMailboxes: readonly string[] };
  /** Who gets a copy, with the place they come from. @throws as `recipients`. */
  people(): AsyncIterable<Recipient>;
  /** Read from the lists anew. @throws Problem `io` when one of them has changed. */
  recipients(): AsyncIterable<RecipientRecord>;
  /** What is attached to the recipient's copy, in its order. */
  filesOf(recipient: Recipient): readonly FileInCopy[];
  /** What copies show by a Content-ID. */
  readonly images: readonly ShownImage[];
  /** Recipients typed by hand, not read from a file. */
  readonly typedByHand: boolean;
  /** @param ring seals the tokens; of a rehearsal any will do. */
  copies(purpose: 'pixel' | 'rehearsal', ring: KeyRing, signer?: DkimSigner): CopyPlan;
}

/** @throws Problems: everything that is wrong with the template, the list, the addresses and the fields at once. */
export async function planEmail(draft: EmailDraft, ports: PlanPorts): Promise<PlannedEmail> {
  const problems: Problem[] = [];
  const now = ports.clock.now();
  const identity = {
    emailId: createEmailId(ports.random),
    emailNumber: createNumber48(ports.random),
    boundary: printBase32(ports.random.bytes(12)),
    date: printDateTime(now, -now.getTimezoneOffset()),
  };
  let check: CopyCheck | undefined;
  const read = await readDraft(draft, ports, problems, template => {
    check = template === undefined ? undefined : createCopyCheck(draft, template, identity);
    let people = 0;
    return recipient => {
      check?.add(recipient);
      people += 1;
      if (people % toldEvery === 0) ports.tellRead?.(people);
    };
  });
  if (read === undefined || check === undefined) throw new Problems(problems);
  const { audience, originator, attachments } = read;
  if (!audience.allMet) {
    check = createCopyCheck(draft, read.template, identity);
    for await (const recipient of audience.recipients()) check.add(recipient);
  }
  const { survey, faults, message, own, cells } = check;
  const template = { ...read.template, notices: [...read.template.notices, ...cells.notices()] };
  const { mode } = audience;
  problems.push(...checkSubject(template, mode));
  const { defaults } = template.frontMatter;
  const fields = fieldCheckOf({ asked: template.fields, defaults }, audience, draft);
  const spaced = findSpacedFields(template.file, audience.columns);
  const unknown = withoutSpaced(findUnknownFields(fields), spaced);
  problems.push(...spaced.map(({ problem }) => problem), ...unknown);
  // Copies that cannot be rendered are not looked through, so the template is.
  if (spaced.length + unknown.length > 0)
    problems.push(
      ...findForeignFields(draft.templatePath, template.file.source, audience.columns).filter(
        // As a field it is told above.
        ({ message }) => !/^"\{\{-?\s*else\b/.test(message),
      ),
    );
  if (audience.problems.length === 0 && survey.exposure.people === 0) problems.push(nobody(audience));
  if (draft.attachmentColumns.length > 0 && audience.typedByHand) problems.push(noListForColumn());
  const exposure = checkExposure(survey.exposure, mode, draft.maxVisible, draft.expose);
  if (exposure !== undefined) problems.push(exposure);
  const composition = compose(draft, ports, read, {
    ...identity,
    message,
    header: survey.header,
    recipients: survey.exposure.people,
  });
  // Whoever lacks a field that nobody can have need not be told of it one by one.
  problems.push(...(spaced.length + unknown.length > 0 ? [] : faults.problems(fields)));
  problems.push(...(await findHeaderProblems(composition)));
  problems.push(...(await own.check(ports.files)));
  problems.push(...faults.urls(template.file));
  const leftovers = [
    ...faults.leftovers(template.file, audience.columns),
    ...findHeaderLeftovers(composition),
  ];
  if (draft.listUnsubscribe === true && composition.oneClick !== true) problems.push(noOneClick());
  const isTold = new Set(problems.map(({ where }) => `${where?.file}:${where?.line}:${where?.column}`));
  if (draft.allowPlaceholders === false || (draft.allowPlaceholders === 'when-alone' && problems.length > 0))
    problems.push(
      ...leftovers.filter(({ where }) => !isTold.has(`${where?.file}:${where?.line}:${where?.column}`)),
    );
  if (problems.length > 0) throw new Problems(problems);
  if (own.none < own.people) {
    for await (const recipient of audience.recipients())
      survey.fingerprint.addAttachments(recipient.mailbox.addrSpec, own.of(recipient));
  }

  const { emailId, emailNumber } = identity;
  const copies: PlannedEmail['copies'] = (purpose, ring, signer) =>
    createCopyPlan(composition, {
      emailId,
      emailNumber,
      ring,
      purpose,
      attachments,
      readAttachment: createAttachmentReader(ports.files, ({ path }) => path),
      signer,
      templatePath: draft.templatePath,
    });
  const email: EmailRecord = {
    emailId,
    emailNumber,
    mode,
    subject: template.compiled.subject,
    from: printMailbox(originator.from),
    messageId: composition.messageId,
    createdAt: now,
    tokenFormat: draft.tokenFormat,
    fingerprint: survey.fingerprint.digest(),
    sourceFingerprint: survey.fingerprint.digestOfSource({
      file: template.file,
      subject: template.compiled.subject,
      set: draft.set,
      attachments: composition.attachments,
    }),
    composition: JSON.stringify(composition),
  };
  return {
    plan: describePlan(draft, email, composition, audience, check, [
      ...template.notices.map(({ what, where }) => `${where.file}:${where.line}:${where.column}: ${what}`),
      ...leftovers.map(({ message }) => message),
    ]),
    email,
    composition,
    template,
    leftovers,
    longSubjects: faults.longSubjects(),
    doubts: { domains: survey.doubts.warnings(), sameMailboxes: survey.sameMailboxes.warnings() },
    people: audience.recipients,
    recipients: () => toRecords(audience, ports, now, draft, own),
    filesOf: recipient => [
      ...attachments.map(({ filename, content }) => ({ filename, bytes: content.length })),
      ...own.of(recipient),
    ],
    images: attachments.flatMap(({ filename, content, contentId }) =>
      contentId === undefined
        ? []
        : [
            {
              contentId,
              content,
              mediaType: attachmentType(filename, Buffer.from(content), identity.boundary),
            },
          ],
    ),
    typedByHand: audience.typedByHand,
    copies,
  };
}

/** So many people are read between two words about how far it is. */
const toldEvery = 1_000;

/** Positions and numbers are given out here: the store keeps those of the last reading. */
async function* toRecords(
  audience: Gathered,
  { random }: PlanPorts,
  now: Date,
  draft: EmailDraft,
  own: OwnAttachments,
): AsyncGenerator<RecipientRecord, void, void> {
  const nextNumber = createDistinctNumbers(random);
  let position = 0;
  for await (const recipient of audience.recipients()) {
    const attachments = own.of(recipient).map(({ path, filename, sha256 }) => ({ path, filename, sha256 }));
    yield {
      ...toCopyRecipient(recipient, nextNumber(), draft, attachments),
      ...(draft.trackingUrl === undefined ? {} : { consent: consentOf(recipient) }),
      position: position++,
      state: 'pending',
      stateAt: now,
      attempts: 0,
    };
  }
}

function nobody({ suppressed, leftOut }: Gathered): Problem {
  const reasons = [
    ...(leftOut > 0 ? [`--where leaves out ${leftOut} ${leftOut === 1 ? 'row' : 'rows'}`] : []),
    ...(suppressed.length > 0 ? [whoIsSuppressed(suppressed)] : []),
  ];
  const fix = '`mailtrack suppress list` says why; it does not show people who were forgotten.';
  return reasons.length > 0
    ? new Problem('usage', `nobody is left: ${reasons.join(', and ')}`, suppressed.length > 0 ? { fix } : {})
    : new Problem('usage', 'there are no recipients', { fix: 'Name them with --to, --cc, --bcc or --each.' });
}

function whoIsSuppressed([first, ...others]: readonly string[]): string {
  return others.length === 0
    ? `${first} is suppressed`
    : `all ${(others.length + 1).toLocaleString('en')} recipients are suppressed`;
}

/** Mail programs ask for such a link over https only. */
function noOneClick(): Problem {
  return new Problem('usage', '--list-unsubscribe needs a tracking URL that begins with https', {
    fix: 'Pass --tracking-url https://…, where `mailtrack serve` answers; --no-track leaves no link.',
  });
}

function noListForColumn(): Problem {
  return new Problem('usage', '--attach-column names a column of lists, and there is no list', {
    fix: 'Name a list with @people.csv; --attach attaches a file to every copy.',
  });
}

/** Everybody in a group sees the same Subject; a merge field in it would split their thread. */
function checkSubject(template: TemplateResult, mode: Mode): readonly Problem[] {
  if (mode === 'each') return [];
  const origin = { place: { file: 'subject' }, lineOffset: 0 };
  const [field] = fieldsOf(parseLiquid('text', template.compiled.subject, origin), origin).keys();
  if (field === undefined) {
    if (!/\{[{%]/.test(template.compiled.subject)) return [];
    // Without a field it may still come out differently, or differently tomorrow: dates, random picks.
    return [
      new Problem(
        'template-subject',
        'the subject has Liquid in it, but in group mail everybody sees one subject',
        {
          fix: 'Write it out, or send one message to each with --each.',
        },
      ),
    ];
  }
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

function compose(
  draft: EmailDraft,
  ports: PlanPorts,
  read: ReadDraft,
  own: {
    readonly boundary: string;
    readonly message: CompiledTemplate;
    readonly header: Pick<Composition, 'to' | 'cc'>;
    readonly date: string;
    readonly recipients: number;
  },
): Composition {
  const { audience, originator, template } = read;
  const hasOneClick = offersOneClick(template, draft.trackingUrl, {
    mode: audience.mode,
    recipients: own.recipients,
    isWanted: draft.listUnsubscribe === true,
    headerFields: read.headerFields,
  });
  return {
    version: 1,
    mode: audience.mode,
    reversePath: originator.reversePath,
    from: originator.from,
    replyTo: originator.replyTo,
    ...own.header,
    date: own.date,
    messageId: createMessageId(ports.random.bytes(16), domainOf(originator.from.addrSpec)),
    inReplyTo: draft.inReplyTo,
    threadAnchor: (audience.mode === 'group' && replacingRelay(draft) !== undefined) || undefined,
    headerFields: read.headerFields,
    oneClick: hasOneClick || undefined,
    copyId: (audience.mode === 'group' && !hasOneClick) || undefined,
    boundary: own.boundary,
    template: own.message,
    ...valuesOf(draft, template),
    attachments: read.attachments.map(({ path, filename, content, contentId }) => ({
      filename,
      contentId,
      ...sourceRef(path, content),
    })),
    tokenFormat: draft.tokenFormat,
    trackingUrl: draft.trackingUrl,
    folder: draft.folder,
    sources: [...read.sources, ...audience.sources],
  };
}

/** The host on the way out that gives every copy a Message-ID of its own. */
function replacingRelay({ smtpHost }: EmailDraft): string | undefined {
  return smtpHost !== undefined && replacesMessageId(smtpHost) ? smtpHost : undefined;
}

/** Where tracking needs a yes, it has to be shown when, how and to which words it was said. */
function consentNotices(
  { consentNeeded, trackingUrl }: EmailDraft,
  { bareConsents }: Survey,
): readonly string[] {
  if (!consentNeeded || trackingUrl === undefined || bareConsents === 0) return [];
  return [
    `the lists do not say when, how and to which words ${plural(bareConsents, 'person', 'people')} said yes to tracking: use the columns consent_at, consent_method and consent_wording`,
  ];
}

function describePlan(
  draft: EmailDraft,
  email: EmailRecord,
  composition: Composition,
  audience: Gathered,
  { survey, own }: CopyCheck,
  ofTemplate: readonly string[],
): SendPlan {
  const { exposure, shown, untracked, optedOut, doubts, sameMailboxes } = survey;
  const relay = replacingRelay(draft);
  return {
    emailId: email.emailId,
    mode: email.mode,
    subject: email.subject,
    messageId: email.messageId,
    from: composition.from,
    ...shown,
    recipients: exposure.people,
    visible: email.mode === 'each' ? 1 : exposure.visible,
    untracked: draft.trackingUrl === undefined ? exposure.people : untracked,
    sharing: draft.trackingUrl !== undefined && draft.sharedPixel === true ? untracked - optedOut : 0,
    suppressed: audience.suppressed,
    server: draft.server,
    connections: Math.min(draft.connections, Math.ceil(exposure.people / 10)),
    window: draft.window,
    trackingUrl: draft.trackingUrl,
    notices: [...audience.notices, ...consentNotices(draft, survey), ...own.notices()],
    warnings: [
      ...doubts.warnings(),
      ...sameMailboxes.warnings(),
      ...checkRelay(email.mode, relay).map(({ what }) => what),
      ...ofTemplate,
    ],
    replacingRelay: relay,
  };
}
