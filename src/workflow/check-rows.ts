import type { RenderFault, RenderResult } from '../merge/render-copy.js';
import { builtInFields, fieldIdentifier } from '../merge/scope.js';
import { nearest } from '../nearest.js';
import { type Place, Problem } from '../problem.js';
import type { Recipient } from '../recipients/recipient.js';

/** Places named in one message before it says how many more there are. */
const placesShown = 8;

export interface FieldCheck {
  /** Fields the template asks for, with the place of the first use. */
  readonly asked: ReadonlyMap<string, Place>;
  readonly recipients: readonly Recipient[];
  /** Names from `--set` and the front matter. */
  readonly given: Iterable<string>;
  /** Built-in fields that have no value in this email. */
  readonly withoutValue: readonly string[];
}

/**
 * Fields that nobody can have: most likely misspelt. A list says which columns there are; for people typed by hand a
 * field may be missing as long as the template has a `default` for it, which rendering finds out.
 */
export function findUnknownFields(check: FieldCheck): readonly Problem[] {
  const known = knownFields(check);
  const fromList = check.recipients.some(recipient => 'file' in recipient.source);
  if (!fromList) return [];
  return [...check.asked]
    .filter(([field]) => !known.has(field))
    .map(([field, where]) => unknownField(field, where, known));
}

/**
 * Renders every recipient's copy and gathers what fails, by cause: "37 of 700 recipients lack …".
 * @param render tried for each recipient in turn.
 */
export function findRenderFaults(
  check: FieldCheck,
  render: (recipient: Recipient, index: number) => RenderResult,
): readonly Problem[] {
  const faults = new Map<string, { fault: RenderFault; recipients: Recipient[] }>();
  check.recipients.forEach((recipient, index) => {
    const result = render(recipient, index);
    if (result.ok) return;
    const { fault } = result;
    const cause = fault.kind === 'missing-field' ? `field ${fault.field}` : fault.why;
    const group = faults.get(cause) ?? { fault, recipients: [] };
    group.recipients.push(recipient);
    faults.set(cause, group);
  });
  const known = knownFields(check);
  return [...faults.values()].map(({ fault, recipients }) => faultProblem(check, known, fault, recipients));
}

function faultProblem(
  check: FieldCheck,
  known: ReadonlySet<string>,
  fault: RenderFault,
  recipients: readonly Recipient[],
): Problem {
  const who = `${recipients.length} of ${check.recipients.length} recipients`;
  const places = listPlaces(recipients);
  if (fault.kind === 'failed')
    return new Problem('template-field', `${who} cannot be rendered (${places}): ${fault.why}`);
  const where = check.asked.get(fault.field);
  if (recipients.length === check.recipients.length && !known.has(fault.field)) {
    return unknownField(fault.field, where, known);
  }
  return new Problem('template-field', `${who} lack the field "${fault.field}": ${places}`, {
    where,
    fix: `Fill it in, or give it a default: {{ ${fault.field} | default: "…" }}.`,
  });
}

function unknownField(field: string, where: Place | undefined, known: ReadonlySet<string>): Problem {
  const close = nearest(field, [...known]);
  const names = [...known].filter(name => name !== 'pixel').join(', ');
  return new Problem('template-field', `there is no field "${field}"`, {
    where,
    fix:
      close === undefined
        ? `There are: ${names}. Or pass --set ${field}=…`
        : `Did you mean "${close}"? There are: ${names}.`,
  });
}

function knownFields(check: FieldCheck): ReadonlySet<string> {
  const known = new Set<string>(builtInFields.filter(name => !check.withoutValue.includes(name)));
  const add = (name: string) => {
    known.add(name);
    known.add(fieldIdentifier(name));
  };
  for (const name of check.given) add(name);
  for (const recipient of check.recipients) for (const name of recipient.fields.keys()) add(name);
  return known;
}

function listPlaces(recipients: readonly Recipient[]): string {
  const shown = recipients
    .slice(0, placesShown)
    .map(({ source, mailbox }) =>
      'file' in source ? `${source.file}:${source.line ?? '?'}` : mailbox.addrSpec,
    );
  const more = recipients.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
