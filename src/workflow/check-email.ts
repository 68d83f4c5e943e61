import { createCopyRules } from '../check/copy-shapes.js';
import { checkDomains, checkEmail, checkSameMailboxes } from '../check/email-rules.js';
import type { FindingCode, RuleFinding, Severity } from '../check/finding.js';
import { checkMessage } from '../check/message-rules.js';
import type { TemplateFile } from '../merge/compile-template.js';
import { findInTemplate } from '../merge/template-place.js';
import { createVaryingReader } from '../merge/varying-copy.js';
import { encodeSubject } from '../message/skeleton.js';
import type { Place, Problem, ProblemCode, Rows } from '../problem.js';
import type { Recipient } from '../recipients/recipient.js';
import type { KeyRing } from '../tracking/key.js';
import type { PlannedEmail } from './plan-email.js';

/** One thing that `check` has to say, whichever rule or step found it. */
export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode | ProblemCode | 'dkim';
  readonly what: string;
  readonly where: Place | undefined;
  /** Every row it is about, when it is about several. */
  readonly rows?: readonly Rows[];
  readonly fix: string | undefined;
}

/** What stops a send stops it here too. */
export function toFinding(
  { code, message, where, rows, fix }: Problem,
  severity: Severity = 'error',
): Finding {
  return { severity, code, what: message, where, ...(rows.length > 0 ? { rows } : {}), fix };
}

/** So many copies are looked at between two words about how far it is. */
const toldEvery = 1_000;

/**
 * Looks at every copy of an email that could be sent, and at its octets where they may break a rule.
 * @param ring any: the copies are made to be counted, not to be sent.
 * @param most copies that are looked at, from the first: for those who cannot wait for all of a long list.
 * @param tell how many copies were looked at so far, now and then.
 */
export async function checkPlannedEmail(
  planned: PlannedEmail,
  ring: KeyRing,
  most = Number.POSITIVE_INFINITY,
  tell?: (looked: number) => void,
): Promise<readonly Finding[]> {
  const { plan, template, composition, doubts } = planned;
  const images = attachedImages(planned);
  const places = new Map([...images].map(([url, { where }]) => [url, where]));
  const found = new FoundInCopies(template.file, plan.recipients, places);
  found.add(
    undefined,
    checkEmail({
      mode: plan.mode,
      recipients: plan.recipients,
      from: plan.from,
      replyTo: composition.replyTo,
      hasUnsubscribeLink: template.fields.has('unsubscribe_url'),
      replacingRelay: plan.replacingRelay,
    }),
  );
  const read = createVaryingReader(composition, { emailId: plan.emailId, templatePath: template.file.path });
  const check = createCopyRules(new Map([...images].map(([url, { path }]) => [url, path])));
  let looked = 0;
  for await (const recipient of planned.people()) {
    if (looked >= most) break;
    const { mailbox, role, fields } = recipient;
    const copy = read({ emailAddress: mailbox.addrSpec, name: mailbox.name, role, fields });
    if (looked === 0) found.add(undefined, checkMessage(await headerOf(planned, ring, copy.subject)));
    found.add(recipient, check(copy));
    // Of the header only this field can be as long as somebody’s values make it.
    if (copy.subject.length > longSubject) found.add(recipient, checkMessage(encodeSubject(copy.subject)));
    looked += 1;
    if (looked % toldEvery === 0) tell?.(looked);
  }
  found.add(undefined, [...checkSameMailboxes(doubts.sameMailboxes), ...checkDomains(doubts.domains)]);
  const ofTemplate = template.notices.map((notice): Finding => ({ severity: 'warning', ...notice }));
  return [...ofTemplate, ...found.findings()];
}

/** Of the first copy. Values make the others longer in their subject, and nowhere else. */
async function headerOf(planned: PlannedEmail, ring: KeyRing, subject: string): Promise<Uint8Array> {
  for await (const recipient of planned.recipients())
    return planned.copies('rehearsal', ring).header(recipient, subject);
  return new Uint8Array();
}

/** By the URL that copies show them with: nobody wrote that. */
function attachedImages({
  composition,
  template,
}: PlannedEmail): ReadonlyMap<string, { readonly path: string; readonly where: Place }> {
  const images = composition.attachments.flatMap(({ path, contentId }) => {
    const where = template.images.get(path);
    return contentId === undefined || where === undefined
      ? []
      : [[`cid:${contentId}`, { path, where }] as const];
  });
  return new Map(images);
}

/** Shorter ones make no line of 998 octets. */
const longSubject = 900;

/** Different links, say, that are told before the rest is only counted. */
const toldOfACode = 20;

interface Group {
  readonly finding: RuleFinding;
  readonly first: Recipient | undefined;
  last: Recipient | undefined;
  copies: number;
}

/** A list may have a million rows: what is kept is one finding of a kind, with the number of copies that have it. */
class FoundInCopies {
  readonly #groups = new Map<string, Group>();
  readonly #perCode = new Map<FindingCode, number>();
  readonly #file: TemplateFile;
  readonly #total: number;
  readonly #places: ReadonlyMap<string, Place>;

  /** @param places of what copies say in other words than the template. */
  constructor(file: TemplateFile, total: number, places: ReadonlyMap<string, Place>) {
    this.#file = file;
    this.#total = total;
    this.#places = places;
  }

  /** @param recipient undefined: it is about all copies. */
  add(recipient: Recipient | undefined, findings: readonly RuleFinding[]): void {
    for (const finding of findings) {
      const group = this.#groupOf(finding, recipient);
      if (group === undefined || (recipient !== undefined && group.last === recipient)) continue;
      group.copies += 1;
      group.last = recipient;
    }
  }

  #groupOf(finding: RuleFinding, first: Recipient | undefined): Group | undefined {
    // Some copies may be too large, and others nearly.
    const key = `${finding.severity}\0${finding.code}\0${finding.about}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const count = this.#perCode.get(finding.code) ?? 0;
    this.#perCode.set(finding.code, count + 1);
    if (count >= toldOfACode) return undefined;
    const group: Group = { finding, first, last: undefined, copies: 0 };
    this.#groups.set(key, group);
    return group;
  }

  findings(): readonly Finding[] {
    const told = [...this.#groups.values()].map(group => this.#tell(group));
    const untold = [...this.#perCode].filter(([, count]) => count > toldOfACode);
    const more = untold.map(([code]): Finding => {
      const severity = told.find(finding => finding.code === code)?.severity ?? 'warning';
      return { severity, code, what: 'and more of these', where: { file: this.#file.path }, fix: undefined };
    });
    return [...told, ...more];
  }

  #tell({ finding, first, copies }: Group): Finding {
    const { severity, code, what, fix, about } = finding;
    const inTemplate = this.#places.get(about) ?? findWritten(this.#file, about);
    const row = first !== undefined && 'file' in first.source ? first.source : undefined;
    const isOfSome = first !== undefined && copies < this.#total;
    return {
      severity,
      code,
      what: isOfSome ? `${what} (${copies} of ${this.#total} copies)` : what,
      where: inTemplate ?? (isOfSome ? row : undefined) ?? { file: this.#file.path },
      fix,
    };
  }
}

/** A short word may stand in other places too: as the value of an attribute or a Markdown link it is the one meant. */
function findWritten(file: TemplateFile, about: string): Place | undefined {
  if (about === '') return undefined;
  const escaped = about.replaceAll('&', '&amp;');
  const forms = [`"${about}"`, `'${about}'`, `(${about})`, `(${about} `, `"${escaped}"`];
  for (const form of about.length < shortestUnmistakable ? forms : [...forms, about, escaped]) {
    const place = findInTemplate(file, form);
    if (place !== undefined) return place;
  }
  return undefined;
}

const shortestUnmistakable = 12;
