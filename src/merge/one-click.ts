import type { HeaderField } from '../message/header-field.js';
import type { TemplateResult } from './compile-template.js';

/** Mail to each of more people than that is a mailing: large servers take it with a button to unsubscribe alone. */
export const manyRecipients = 50;

export interface OneClickNeeds {
  readonly mode: 'group' | 'each';
  readonly recipients: number;
  /** `--list-unsubscribe`. */
  readonly isWanted: boolean;
  /** Of `--header`: a button of the sender's own is left alone, unless ours is asked for. */
  readonly headerFields: readonly HeaderField[];
}

/**
 * Whether mail programs get a button of their own to unsubscribe with: the copy has the link anyway, the sender asks for it, or it is a
 * mailing. A program asks for it over https only. RFC 8058 §3.1
 */
export function offersOneClick(
  { fields }: Pick<TemplateResult, 'fields'>,
  trackingUrl: string | undefined,
  { mode, recipients, isWanted, headerFields }: OneClickNeeds,
): boolean {
  if (trackingUrl?.startsWith('https:') !== true) return false;
  if (fields.has('unsubscribe_url') || isWanted) return true;
  return mode === 'each' && recipients > manyRecipients && !headerFields.some(isOneClickField);
}

/** The same in every copy; the field beside it, which has the link of one recipient, is not. RFC 8058 §3.1 */
export const oneClickPost: HeaderField = {
  name: 'List-Unsubscribe-Post',
  value: 'List-Unsubscribe=One-Click',
};

const oneClickFields = new Set(['list-unsubscribe', 'list-unsubscribe-post']);

export function isOneClickField({ name }: HeaderField): boolean {
  return oneClickFields.has(name.toLowerCase());
}
