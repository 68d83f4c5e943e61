import type { Fields, Role } from '../recipients/recipient.js';
import { withoutEdges } from '../text-scan.js';
import type { Scope } from './liquid/liquid.js';

/** Fields every template may use, whatever the list has. */
export const builtInFields = [
  'email',
  'name',
  'role',
  'email_id',
  'unsubscribe_url',
  'stop_tracking_url',
  'pixel',
] as const;

/** What is one recipient's own. */
export interface ScopePerson {
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly fields: Fields;
}

export interface ScopeValues {
  /** `--set` values. */
  readonly set: Fields;
  /** From the front matter: for recipients who have no value of their own. */
  readonly defaults: Fields;
  readonly emailId: string;
  readonly unsubscribeUrl: string | undefined;
  /** The link that stops the recording of the reader's opens. */
  readonly stopTrackingUrl: string | undefined;
  /** The image element; '' in copies that carry none. */
  readonly pixel: string;
  /** true in mail to one each, where a column named `role` is a merge field as any other. */
  readonly roleIsField?: boolean;
}

/**
 * What one recipient's copy may name. The list wins over `--set`, `--set` over the front matter. An empty cell is no
 * value: "Hello ," is sent to nobody, unless the template has a default. A column named `First Name` is also `first_name`, since Liquid names have no spaces.
 */
export function createScope(person: ScopePerson, values: ScopeValues): Scope {
  const scope: Record<string, string> = Object.create(null);
  const put = (fields: Fields) => {
    for (const [name, value] of fields) {
      if (value.trim() === '') continue;
      scope[name] = value;
      const identifier = fieldIdentifier(name);
      if (identifier !== name && !fields.has(identifier)) scope[identifier] = value;
    }
  };
  put(values.defaults);
  put(values.set);
  put(person.fields);
  scope['email'] = person.emailAddress;
  if (person.name !== '') scope['name'] = person.name;
  if (!values.roleIsField || !hasRole(person.fields)) scope['role'] = person.role;
  scope['email_id'] = values.emailId;
  scope['pixel'] = values.pixel;
  if (values.unsubscribeUrl !== undefined) scope['unsubscribe_url'] = values.unsubscribeUrl;
  if (values.stopTrackingUrl !== undefined) scope['stop_tracking_url'] = values.stopTrackingUrl;
  return scope;
}

/** Its cell may be empty: then there is no role to be told. */
function hasRole(fields: Fields): boolean {
  for (const name of fields.keys()) if (fieldIdentifier(name) === 'role') return true;
  return false;
}

const identifiers = new Map<string, string>();

/** `First Name` → `first_name`: how a column whose name Liquid cannot spell is written in a template. */
export function fieldIdentifier(column: string): string {
  const known = identifiers.get(column);
  if (known !== undefined) return known;
  const words = column
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, '_');
  const identifier = withoutEdges(words, '_');
  // Columns are few and rows are many; what is made of input all the same stays small.
  if (identifiers.size < 1_000) identifiers.set(column, identifier);
  return identifier;
}
