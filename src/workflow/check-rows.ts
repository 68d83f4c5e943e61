import { checkMessage } from '../check/message-rules.js';
import type { TemplateFile } from '../merge/compile-template.js';
import type { UrlFault } from '../merge/field-urls.js';
import { findLeftovers, leftoverKind } from '../merge/leftovers.js';
import type { Leftover, RenderFault, RenderResult } from '../merge/render-copy.js';
import { builtInFields, fieldIdentifier } from '../merge/scope.js';
import { findInTemplate } from '../merge/template-place.js';
import { encodeSubject } from '../message/skeleton.js';
import { nearest } from '../nearest.js';
import { type Place, Problem } from '../problem.js';
import { columnKey } from '../recipients/column-key.js';
import { quoteInput } from '../recipients/quote-input.js';
import type { Recipient } from '../recipients/recipient.js';
import { RowNumbers } from '../recipients/row-numbers.js';
import { fieldInPlaceOf, placeholderFix } from './placeholder-fix.js';

export interface FieldCheck {
  /** Fields the template asks for, with the place of the first use. */
  readonly asked: ReadonlyMap<string, Place>;
  /** Names of columns, and of fields in the address book. */
  readonly columns: Iterable<string>;
  /** There is a list. */
  readonly fromList: boolean;
  /** Some of the columns are of a header that was refused: another row may be the header. */
  readonly isHeaderRefused?: boolean;
  /** Names from `--set` and the front matter. */
  readonly given: Iterable<string>;
  /** Built-in fields that have no value in this email. */
  readonly withoutValue: readonly string[];
}

/** @param template what it asks for, and the fields its front matter gives. */
export function fieldCheckOf(
  template: { readonly asked: ReadonlyMap<string, Place>; readonly defaults: ReadonlyMap<string, string> },
  audience: {
    readonly columns: ReadonlySet<string>;
    readonly fromList: boolean;
    readonly isHeaderRefused: boolean;
  },
  draft: { readonly set: ReadonlyMap<string, string>; readonly trackingUrl: string | undefined },
): FieldCheck {
  return {
    asked: template.asked,
    columns: audience.columns,
    fromList: audience.fromList,
    isHeaderRefused: audience.isHeaderRefused,
    given: [...draft.set.keys(), ...template.defaults.keys()],
    withoutValue: draft.trackingUrl === undefined ? ['unsubscribe_url', 'stop_tracking_url'] : [],
  };
}

/**
 * Fields that nobody can have: most likely misspelt. A list says which columns there are; for people typed by hand a
 * field may be missing as long as the template has a `default` for it, which rendering finds out.
 */
export function findUnknownFields(check: FieldCheck): readonly Problem[] {
  if (!check.fromList) return [];
  const known = knownFields(check);
  if (check.isHeaderRefused && !asksForColumn(check)) return [];
  return [...check.asked]
    .filter(([field]) => !known.has(field))
    .map(([field, where]) => unknownField(field, where, known));
}

type RowFault = Exclude<RenderFault, { kind: 'endless' }>;

/** Gathers what cannot be rendered, by cause: "37 of 700 recipients lack …". */
export class RenderFaults {
  readonly #groups = new Map<
    string,
    { readonly fault: RowFault; readonly first: Recipient; readonly who: RowNumbers }
  >();
  readonly #leftovers = new Map<string, Leftover & { readonly first: Recipient; readonly who: RowNumbers }>();
  readonly #longSubjects = new RowNumbers();
  readonly #urls = new Map<string, { readonly fault: UrlFault; readonly who: RowNumbers }>();
  #tried = 0;

  /** @throws Problem `template-field` for a copy that takes too long: the others would too, so the reading ends. */
  add(recipient: Recipient, result: RenderResult): void {
    this.#tried += 1;
    if (result.ok) {
      const leftovers = result.copy.leftovers();
      for (const leftover of leftovers) this.#addLeftover(recipient, leftover);
      // The name stands in the header, whether the template asks for it or not.
      const isInBody = (kind: string) => leftovers.some(({ words }) => leftoverKind(words) === kind);
      for (const words of findLeftovers(recipient.mailbox.name)) {
        if (!isInBody(leftoverKind(words))) this.#addLeftover(recipient, { words, inTemplate: false });
      }
      for (const fault of result.copy.urlFaults()) this.#addUrl(recipient, fault);
      if (isTooLong(result.copy.subject)) this.#longSubjects.add(recipient);
      return;
    }
    const { fault } = result;
    if (fault.kind === 'endless') throw endless(recipient, fault.why);
    const cause = causeOf(fault);
    const group = this.#groups.get(cause) ?? { fault, first: recipient, who: new RowNumbers() };
    group.who.add(recipient, fault.kind === 'unreadable' ? ` ${JSON.stringify(fault.value)}` : '');
    this.#groups.set(cause, group);
  }

  #addLeftover(recipient: Recipient, { words, inTemplate }: Leftover): void {
    const isSingle =
      inTemplate && (this.#leftovers.has(`of template ${words}`) || this.#leftovers.size < causesTold);
    const cause = isSingle ? `of template ${words}` : `${inTemplate} ${leftoverKind(words)}`;
    const group = this.#leftovers.get(cause) ?? {
      words,
      inTemplate,
      first: recipient,
      who: new RowNumbers(),
    };
    group.who.add(recipient);
    this.#leftovers.set(cause, group);
  }

  #addUrl(recipient: Recipient, fault: UrlFault): void {
    const cause = `${fault.written} ${fault.why}`;
    const group = this.#urls.get(cause) ?? { fault, who: new RowNumbers() };
    group.who.add(recipient);
    this.#urls.set(cause, group);
  }

  /** Links and images that lead where no link in a mail may. */
  urls(template: TemplateFile): readonly Problem[] {
    return [...this.#urls.values()].map(({ fault: { written, url, why }, who }) => {
      const liquid = /\{[{%][\s\S]*$/.exec(written)?.[0] ?? '';
      const copies = `${who.count} of ${this.#tried} copies`;
      return new Problem(
        'template-link',
        `${written} comes to ${quoteInput(url)}, which ${why} (${copies}: ${who.print()})`,
        {
          where: findInTemplate(template, written) ?? findInTemplate(template, liquid),
          rows: who.rows(),
          fix: 'Correct the value, or begin the address in the template: https://example.com/…',
        },
      );
    });
  }

  /** What reads as a merge field nobody filled in, and would be sent like that. */
  leftovers(template: TemplateFile, columns: ReadonlySet<string>): readonly Problem[] {
    return [...this.#leftovers.values()].map(({ words, inTemplate, first, who }) => {
      const what = `"${words}" is left over in ${who.count} of ${this.#tried} copies`;
      if (inTemplate) {
        return new Problem('template-placeholder', what, {
          where: findInTemplate(template, words),
          fix: `${placeholderFix(words, columns)} ${orAllow}`,
        });
      }
      const given = isOwn(first, words) ? undefined : findInTemplate(template, words);
      if (given !== undefined)
        return new Problem('template-placeholder', what, {
          where: given,
          fix: `Correct the value in the front matter. ${orAllow}`,
        });
      return new Problem('template-placeholder', who.count > 1 ? `${what}: ${who.print()}` : what, {
        where: 'file' in first.source ? first.source : undefined,
        rows: who.rows(),
        fix: `Correct the value. ${orAllow}`,
      });
    });
  }

  /** What makes a line that servers refuse or cut. */
  longSubjects(): readonly Problem[] {
    const who = this.#longSubjects;
    if (who.count === 0) return [];
    const some = `${who.count} of ${this.#tried} recipients`;
    return [
      new Problem('check', `${some} have a subject with a word too long to be folded: ${who.print()}`, {
        rows: who.rows(),
        fix: 'Shorten it, or put spaces into it.',
      }),
    ];
  }

  /** @param check columns and all: known once every list was read. */
  problems(check: FieldCheck): readonly Problem[] {
    const known = knownFields(check);
    return [...this.#groups.values()].map(({ fault, first, who }) => {
      const some = `${who.count} of ${this.#tried} recipients`;
      const rows = who.rows();
      if (fault.kind === 'failed')
        return new Problem('template-field', `${some} cannot be rendered (${who.print()}): ${fault.why}`, {
          rows,
        });
      if (fault.kind === 'unreadable') return unreadable(fault, first, who, `${some} have values`);
      // Of `name.length` the template asks for `name`.
      const where = check.asked.get(fault.field) ?? check.asked.get(fault.field.replace(/[.[].*$/s, ''));
      if (who.count === this.#tried && !known.has(fault.field))
        return unknownField(fault.field, where, known);
      return new Problem('template-field', `${some} lack the field "${fault.field}": ${who.print()}`, {
        where,
        rows,
        fix: `Fill it in, or give it a default: {{ ${fault.field} | default: "…" }}.`,
      });
    });
  }
}

/** Whether a value of the recipient's own has the words, and not one that the template gives to all who have none. */
function isOwn({ mailbox, fields }: Recipient, words: string): boolean {
  return [mailbox.name, ...fields.values()].some(value => value.includes(words));
}

/** A word that cannot be folded. RFC 5322 §2.1.1 */
function isTooLong(subject: string): boolean {
  return subject.length > 900 && checkMessage(encodeSubject(subject)).length > 0;
}

function endless({ mailbox, source }: Recipient, why: string): Problem {
  return new Problem('template-field', `the copy for ${mailbox.addrSpec} ${why}`, {
    where: 'file' in source ? source : undefined,
    fix: 'Look for loops inside loops in the template, and for loops over long values.',
  });
}

function causeOf(fault: RowFault): string {
  if (fault.kind === 'missing-field') return `field ${fault.field}`;
  return fault.kind === 'unreadable' ? `no ${fault.wanted}` : fault.why;
}

/** One is named with its row; of many the first few. */
function unreadable(
  { value, wanted, fix }: Extract<RenderFault, { kind: 'unreadable' }>,
  first: Recipient,
  who: RowNumbers,
  some: string,
): Problem {
  const where = 'file' in first.source ? first.source : undefined;
  const rows = who.rows();
  if (who.count === 1)
    return new Problem('template-field', `${JSON.stringify(value)} is not a ${wanted}`, { where, rows, fix });
  return new Problem('template-field', `${some} that are not a ${wanted}: ${who.print()}`, {
    where,
    rows,
    fix: wanted === 'date' ? 'Write dates like 2026-12-01.' : 'Write numbers like 1234.50.',
  });
}

/** A value can be part of such words, and then each copy has its own. */
const causesTold = 20;

const orAllow = 'Or pass --allow-placeholders if it is meant to be read.';

function unknownField(field: string, where: Place | undefined, known: ReadonlySet<string>): Problem {
  if (field === 'else') {
    return new Problem('template-syntax', '{{ else }} is not a tag', {
      where,
      fix: 'Write {% else %} in its place.',
    });
  }
  const close = closeField(field, known);
  const names = [...known].filter(name => name !== 'pixel' && fieldIdentifier(name) === name).join(', ');
  return new Problem('template-field', `there is no field "${field}"`, {
    where,
    fix:
      close === undefined
        ? `There are: ${names}. Or pass --set ${field}=…`
        : `Did you mean "${close}"? There are: ${names}.`,
  });
}

/** One that a template can ask for; blanks, `_`, `-` and case tell no two names apart. */
function closeField(field: string, known: ReadonlySet<string>): string | undefined {
  const spelt = [...known].filter(name => fieldIdentifier(name) === name);
  const same = spelt.find(name => columnKey(name) === columnKey(field));
  return same ?? fieldInPlaceOf(field, spelt) ?? nearest(field, spelt) ?? nearest(field, known);
}

/** A field that is a column shows that the row with that name is the header. */
function asksForColumn({ asked, columns }: FieldCheck): boolean {
  return [...columns].some(name => asked.has(name) || asked.has(fieldIdentifier(name)));
}

function knownFields(check: FieldCheck): ReadonlySet<string> {
  const known = new Set<string>(builtInFields.filter(name => !check.withoutValue.includes(name)));
  const add = (name: string) => {
    known.add(name);
    known.add(fieldIdentifier(name));
  };
  for (const name of check.given) add(name);
  for (const name of check.columns) add(name);
  return known;
}
