import { createScope } from '../merge/scope.js';
import type { Recipient } from '../recipients/recipient.js';
import type { PlannedEmail } from './plan-email.js';
import { type PreviewedCopy, previewCopies } from './preview-copies.js';

/** How copies differ: one of them whole, and of others what they were filled with. */
export interface ComparedCopies {
  readonly first: PreviewedCopy;
  /** Merge fields of the template whose value is not everybody's. */
  readonly fields: readonly string[];
  /** Of the others those with the longest values, which are the ones that break a line or a button. */
  readonly others: readonly ComparedCopy[];
  readonly recipients: number;
}

export interface ComparedCopy {
  readonly row: number;
  readonly emailAddress: string;
  /** In the order of `fields`; '' for somebody who has none, and gets the template's default. */
  readonly values: readonly string[];
}

const mostCompared = 20;
/** Of these the recipient's address and our own secrets say enough. */
const notCompared = new Set(['pixel', 'email', 'email_id', 'unsubscribe_url', 'stop_tracking_url']);

/** Reads everybody once, and keeps those that are shown. */
export async function compareCopies(planned: PlannedEmail): Promise<ComparedCopies | undefined> {
  const [first] = await previewCopies(planned, { kind: 'first', count: 1 });
  if (first === undefined) return undefined;
  const asked = [...planned.template.fields.keys()].filter(field => !notCompared.has(field));
  const valuesOf = createValueReader(planned, asked);
  const longest = new Longest();
  const varying = new Set<string>();
  let firstValues: readonly string[] | undefined;
  let row = 0;
  for await (const recipient of planned.people()) {
    row += 1;
    const values = valuesOf(recipient);
    firstValues ??= values;
    for (const [index, field] of asked.entries()) {
      if (values[index] !== firstValues[index]) varying.add(field);
    }
    if (row > 1) longest.add({ row, emailAddress: recipient.mailbox.addrSpec, values });
  }
  const kept = asked.map((field, index) => ({ field, index })).filter(({ field }) => varying.has(field));
  return {
    first,
    fields: kept.map(({ field }) => field),
    others: longest
      .copies()
      .map(copy => ({ ...copy, values: kept.map(({ index }) => copy.values[index] ?? '') })),
    recipients: row,
  };
}

function createValueReader(
  { composition, plan }: PlannedEmail,
  fields: readonly string[],
): (recipient: Recipient) => readonly string[] {
  const everybodys = {
    set: new Map(composition.set),
    defaults: new Map(composition.defaults),
    emailId: plan.emailId,
    unsubscribeUrl: undefined,
    stopTrackingUrl: undefined,
    pixel: '',
    roleIsField: plan.mode === 'each',
  };
  return ({ mailbox, role, fields: own }) => {
    const person = { emailAddress: mailbox.addrSpec, name: mailbox.name, role, fields: own };
    const scope = createScope(person, everybodys);
    return fields.map(field => scope[field] ?? '');
  };
}

/** The copies with the longest values among any number, longest first; of equally long ones the earlier. */
class Longest {
  #kept: { readonly length: number; readonly copy: ComparedCopy }[] = [];

  add(copy: ComparedCopy): void {
    // What is everybody's adds the same to all.
    const length = copy.values.reduce((sum, value) => sum + value.length, 0);
    const shortest = this.#kept.at(-1);
    if (this.#kept.length >= mostCompared && shortest !== undefined && length <= shortest.length) return;
    const at = this.#kept.findIndex(other => other.length < length);
    this.#kept.splice(at === -1 ? this.#kept.length : at, 0, { length, copy });
    this.#kept.length = Math.min(this.#kept.length, mostCompared);
  }

  copies(): readonly ComparedCopy[] {
    return this.#kept.map(({ copy }) => copy);
  }
}
