/** What is asked of each recipient while the lists are read, before anything of the email exists. */
import type { CompiledTemplate, TemplateResult } from '../merge/compile-template.js';
import type { AttachmentRef, Composition } from '../merge/composition.js';
import { type CopyRecipient, createTrial } from '../merge/copy-plan.js';
import { templateKind } from '../merge/template-kind.js';
import type { Mailbox } from '../message/mailbox.js';
import { consentOf, isWhole } from '../recipients/consent.js';
import { DomainDoubts } from '../recipients/doubtful-domains.js';
import { ExposureSurvey } from '../recipients/exposure.js';
import type { Recipient, Role } from '../recipients/recipient.js';
import { SameMailboxes } from '../recipients/same-mailbox.js';
import { BareCells } from './bare-cells.js';
import { RenderFaults } from './check-rows.js';
import { Fingerprint } from './fingerprint.js';
import { modeOf } from './gather-recipients.js';
import { OwnAttachments } from './own-attachments.js';
import type { Mode } from './ports.js';
import type { EmailDraft } from './read-draft.js';

/** What is asked of every recipient before the first transaction, in one reading. */
export interface CopyCheck {
  readonly message: CompiledTemplate;
  readonly survey: Survey;
  readonly faults: RenderFaults;
  readonly own: OwnAttachments;
  readonly cells: BareCells;
  add(recipient: Recipient): void;
}

export function createCopyCheck(
  draft: EmailDraft,
  template: TemplateResult,
  { emailId, boundary, date }: { readonly emailId: string; readonly boundary: string; readonly date: string },
): CopyCheck {
  const { trackingUrl, templatePath } = draft;
  // Without a pixel to carry, a plain text template is sent as what it is.
  const isTextOnly = trackingUrl === undefined && templateKind(templatePath) === 'txt';
  const message = isTextOnly ? { ...template.compiled, html: undefined } : template.compiled;
  const survey = createSurvey(modeOf(draft.named), message, draft.expose ?? draft.maxVisible);
  const faults = new RenderFaults();
  const own = new OwnAttachments([...template.frontMatter.attachmentColumns, ...draft.attachmentColumns]);
  const cells = new BareCells(template.bareConditions, draft.set);
  const trial = createTrial(
    {
      mode: modeOf(draft.named),
      ...valuesOf(draft, template),
      template: message,
      boundary,
      date,
      trackingUrl,
    },
    { emailId, templatePath },
  );
  return {
    message,
    survey,
    faults,
    own,
    cells,
    add(recipient) {
      survey.add(recipient);
      own.add(recipient);
      cells.add(recipient);
      faults.add(recipient, trial(toCopyRecipient(recipient, 0, draft, [])));
    },
  };
}

/** Without a tracking URL nobody's copy carries a pixel. */
export function toCopyRecipient(
  { mailbox, role, tracked, optedOut, fields }: Recipient,
  recipientNumber: number,
  { trackingUrl, sharedPixel }: EmailDraft,
  attachments: readonly AttachmentRef[],
): CopyRecipient {
  return {
    recipientNumber,
    emailAddress: mailbox.addrSpec,
    name: mailbox.name,
    role,
    tracked: trackingUrl !== undefined && tracked,
    // People who asked not to be tracked are not counted at all.
    ...(trackingUrl !== undefined && sharedPixel === true && !tracked && optedOut !== true
      ? { sharesPixel: true }
      : {}),
    fields,
    attachments,
  };
}

/** The values that are everybody's. */
export function valuesOf(
  { set }: EmailDraft,
  { frontMatter }: TemplateResult,
): Pick<Composition, 'set' | 'defaults'> {
  return { set: [...set], defaults: [...frontMatter.defaults] };
}

/** What the plan shows of the people, and what tells them from others. */
export interface Survey {
  readonly exposure: ExposureSurvey;
  /** What everybody sees; filled while the people are added. */
  readonly header: { readonly to: Mailbox[]; readonly cc: Mailbox[] };
  readonly shown: Readonly<Record<Role, { count: number; readonly first: Mailbox[] }>>;
  untracked: number;
  /** Among them those who asked not to be tracked. */
  optedOut: number;
  /** Recipients who said yes, without everything that has to be shown of it. */
  bareConsents: number;
  /** Addresses that are right by every rule and probably not meant. */
  readonly doubts: DomainDoubts;
  /** Of group mail: with a message of their own, both copies arrive. */
  readonly sameMailboxes: SameMailboxes;
  add(recipient: Recipient): void;
  /** The same words to the same people are what nobody means to send twice in a day. */
  readonly fingerprint: Fingerprint;
}

/** More names than anybody reads in a plan. */
const namesKept = 10;

/** @param mostVisible addresses; more is refused, and need not be kept. */
function createSurvey(mode: Mode, template: CompiledTemplate, mostVisible: number): Survey {
  const named = () => ({ count: 0, first: [] as Mailbox[] });
  const survey: Survey = {
    exposure: new ExposureSurvey(),
    header: { to: [], cc: [] },
    shown: { to: named(), cc: named(), bcc: named() },
    untracked: 0,
    optedOut: 0,
    bareConsents: 0,
    doubts: new DomainDoubts(),
    sameMailboxes: new SameMailboxes(),
    add(recipient) {
      const { mailbox, role, fields, tracked } = recipient;
      survey.fingerprint.add({ emailAddress: mailbox.addrSpec, name: mailbox.name, role, fields });
      const { first } = survey.shown[role];
      survey.exposure.add(recipient);
      survey.doubts.add(recipient);
      survey.sameMailboxes.add(recipient);
      survey.shown[role].count += 1;
      if (first.length < namesKept) first.push(mailbox);
      if (mode === 'group' && role !== 'bcc' && survey.exposure.visible <= mostVisible)
        survey.header[role].push(mailbox);
      if (!tracked) survey.untracked += 1;
      if (recipient.optedOut === true) survey.optedOut += 1;
      const consent = consentOf(recipient);
      if (consent !== undefined && !isWhole(consent)) survey.bareConsents += 1;
    },
    fingerprint: new Fingerprint(mode, template),
  };
  return survey;
}
