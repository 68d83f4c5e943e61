/** The yes of one person, as a list says it: what somebody has to show who is asked why they tracked a copy. */
import { columnKey } from './column-key.js';
import type { Recipient } from './recipient.js';

export interface Consent {
  /** When they agreed, as the list writes it; '' when it does not say. */
  readonly agreedAt: string;
  /** How, such as "form on example.com"; '' when it does not say. */
  readonly method: string;
  /** The words they agreed to; '' when it does not say. */
  readonly wording: string;
  /** Where the yes stands: `people.csv:41`, or the flag the recipient was typed in. */
  readonly source: string;
}

/** Names of columns, by `columnKey`. */
const timeColumns = ['consentat', 'consenttime', 'consentdate', 'trackat'];
const methodColumns = ['consentmethod', 'consentsource', 'trackmethod'];
const wordingColumns = ['consentwording', 'consenttext', 'trackwording'];

/** @returns undefined unless the recipient said yes, and everybody who named them agrees. */
export function consentOf({ agreed, tracked, fields, source }: Recipient): Consent | undefined {
  if (agreed !== true || !tracked) return undefined;
  const cell = (columns: readonly string[]) => {
    for (const [name, value] of fields) if (columns.includes(columnKey(name))) return value.trim();
    return '';
  };
  return {
    agreedAt: cell(timeColumns),
    method: cell(methodColumns),
    wording: cell(wordingColumns),
    source: 'file' in source ? `${source.file}:${source.line}` : source.flag,
  };
}

/** Whether it says all that has to be shown. */
export function isWhole({ agreedAt, method, wording }: Consent): boolean {
  return agreedAt !== '' && method !== '' && wording !== '';
}
