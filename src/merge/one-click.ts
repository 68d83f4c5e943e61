import type { HeaderField } from '../message/header-field.js';
import type { TemplateResult } from './compile-template.js';

/**
 * Whether mail programs get a button of their own to unsubscribe with: the copy has the link anyway, and a program asks
 * for it over https only. RFC 8058 §3.1
 */
export function offersOneClick(
  { fields }: Pick<TemplateResult, 'fields'>,
  trackingUrl: string | undefined,
): boolean {
  return fields.has('unsubscribe_url') && trackingUrl?.startsWith('https:') === true;
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
