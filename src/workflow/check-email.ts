import { checkCopy } from '../check/copy-rules.js';
import { checkDomains, checkEmail, checkSameMailboxes } from '../check/email-rules.js';
import type { FindingCode, RuleFinding, Severity } from '../check/finding.js';
import { checkMessage } from '../check/message-rules.js';
import type { TemplateFile } from '../merge/compile-template.js';
import { createCopyReader, type ReadableCopy } from '../merge/read-copy.js';
import { findInTemplate } from '../merge/template-place.js';
import { encodeSubject } from '../message/skeleton.js';
import type { Place, Problem, ProblemCode, Rows } from '../problem.js';
import { DomainDoubts } from '../recipients/doubtful-domains.js';
import type { Recipient } from '../recipients/recipient.js';
import { SameMailboxes } from '../recipients/same-mailbox.js';
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

/**
 * Looks at every copy of an email that could be sent, and at its octets where they may break a rule.
 * @param ring any: the copies are made to be counted, not to be sent.
 * @param most copies that are looked at, from the first: for those who cannot wait for all of a long list.
 */
export async function checkPlannedEmail(
  planned: PlannedEmail,
  ring: KeyRing,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly Finding[]> {
  const { plan, template, composition } = planned;
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
  const [first] = await takeFirst(planned.recipients());
  if (first !== undefined) {
    const { message } = await planned.copies('rehearsal', ring).make(first);
    found.add(undefined, checkMessage(message));
  }
  const sameMailboxes = new SameMailboxes();
  const doubts = new DomainDoubts();
  const read = createCopyReader(composition, { emailId: plan.emailId, templatePath: template.file.path });
  const files = new Map([...images].map(([url, { path }]) => [url, path]));
  const check = rememberLast(copy => checkCopy(copy, files));
  let looked = 0;
  for await (const recipient of planned.people()) {
    if (looked++ >= most) break;
    const { mailbox, role, fields } = recipient;
    sameMailboxes.add(recipient);
    doubts.add(recipient);
    const copy = read({ emailAddress: mailbox.addrSpec, name: mailbox.name, role, fields });
    found.add(recipient, check(copy));
    // Of the header only this field can be as long as somebody’s values make it.
    if (copy.subject.length > longSubject) found.add(recipient, checkMessage(encodeSubject(copy.subject)));
  }
  found.add(undefined, [...checkSameMailboxes(sameMailboxes.warnings()), ...checkDomains(doubts.warnings())]);
  const ofTemplate = template.notices.map((notice): Finding => ({ severity: 'warning', ...notice }));
  return [...ofTemplate, ...found.findings()];
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

async function takeFirst<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  for await (const item of items) return [item];
  return [];
}

/** Copies without merge fields are alike. */
function rememberLast(check: (copy: ReadableCopy) => readonly RuleFinding[]): typeof check {
  let last: { readonly key: string; readonly found: readonly RuleFinding[] } | undefined;
  return copy => {
    const key = `${copy.subject}\0${copy.text}\0${copy.html ?? ''}`;
    if (last?.key !== key) last = { key, found: check(copy) };
    return last.found;
  };
}

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
    const key = `${finding.code}\0${finding.about}`;
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
