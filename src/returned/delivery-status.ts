import { addressesIn } from './addresses-in-text.js';
import { fieldLine } from './header-fields.js';
import { statusOfField } from './status-code.js';

/** What a server says became of the message for one recipient. RFC 3464 §2.3.3 */
export type DeliveryAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** One recipient of a delivery status notification, as its fields say it. RFC 3464 §2.3 */
export interface StatusFields {
  /** '' without one, as where the field holds a file or a program. */
  readonly finalRecipient: string;
  readonly originalRecipient: string;
  readonly action: DeliveryAction;
  /** RFC 3463; '' without one. */
  readonly status: string;
  /** The Diagnostic-Code without its type; '' without one. */
  readonly diagnostic: string;
  /** The comment behind the Status, `host name lookup failure`; '' without one. */
  readonly comment: string;
  /** The Remote-MTA without its type; '' without one. */
  readonly remoteMta: string;
}

export interface DeliveryStatus {
  readonly recipients: readonly StatusFields[];
  /** The ENVID of MAIL; '' without one. RFC 3464 §2.2.1 */
  readonly envelopeId: string;
}

const maxRecipients = 10_000;
const maxDiagnosticCharacters = 2_000;

const perRecipient =
  /^(?:(?:original|final)-recipient|x-actual-recipient|action|status|diagnostic-code|remote-mta)$/;

/**
 * Reads the fields of RFC 3464 wherever they stand in a text with LF line ends. Servers put blank lines where none belong and leave
 * out those that do, so that a recipient ends where a field comes that it has already, and not at a blank line alone.
 * @returns no recipients for a text without any such fields.
 */
export function readDeliveryStatus(text: string): DeliveryStatus {
  const groups: Map<string, string>[] = [];
  let envelopeId = '';
  let group = new Map<string, string>();
  let folded: string | undefined;
  let isAfterBlank = false;
  for (const line of text.split('\n')) {
    if (/^[ \t]+\S/.test(line) && folded !== undefined) {
      append(group, folded, line.trim());
      continue;
    }
    // Reports that were pasted into a text are set in, all fields alike.
    const field = fieldLine.exec(line.trimStart());
    const name = field?.[1]?.toLowerCase() ?? '';
    const value = field?.[2]?.trim() ?? '';
    folded = undefined;
    if (line.trim() === '') isAfterBlank = true;
    if (name === 'original-envelope-id' && envelopeId === '') envelopeId = value;
    if (!perRecipient.test(name)) continue;
    if (beginsAnother(group, name, isAfterBlank)) {
      groups.push(group);
      if (groups.length > maxRecipients) break;
      group = new Map();
    }
    group.set(name, value);
    isAfterBlank = false;
    folded = name;
  }
  groups.push(group);
  return { recipients: groups.slice(0, maxRecipients).flatMap(fieldsOf), envelopeId };
}

function append(group: Map<string, string>, name: string, text: string): void {
  const value = group.get(name) ?? '';
  if (value.length < maxDiagnosticCharacters) group.set(name, `${value} ${text}`.trim());
}

/** A field that the recipient has already, or a second address behind a blank line. */
function beginsAnother(group: ReadonlyMap<string, string>, name: string, isAfterBlank: boolean): boolean {
  const isAddress = name === 'final-recipient' || name === 'original-recipient';
  return (
    group.has(name) ||
    (isAddress && isAfterBlank && (group.has('final-recipient') || group.has('original-recipient')))
  );
}

function fieldsOf(group: ReadonlyMap<string, string>): readonly StatusFields[] {
  const finalRecipient =
    addressOf(group.get('final-recipient') ?? '') || addressOf(group.get('x-actual-recipient') ?? '');
  const originalRecipient = addressOf(group.get('original-recipient') ?? '');
  if (!group.has('final-recipient') && !group.has('original-recipient')) return [];
  const statusField = group.get('status') ?? '';
  const status = statusOfField(statusField);
  const comment = /\(([^()]*)\)/.exec(statusField)?.[1] ?? '';
  return [
    {
      finalRecipient,
      originalRecipient,
      action: actionOf(group.get('action') ?? '', status),
      status,
      diagnostic: withoutType(group.get('diagnostic-code') ?? '').slice(0, maxDiagnosticCharacters),
      comment,
      remoteMta: withoutType(group.get('remote-mta') ?? ''),
    },
  ];
}

/** `rfc822; a@b.example`, also without its type, in angle brackets or with a comment behind it. */
function addressOf(value: string): string {
  const text = withoutType(value)
    .slice(0, 1_000)
    .replace(/^smtp[=:]/i, '');
  return text.startsWith('/') || text.startsWith('|') ? '' : (addressesIn(text)[0]?.address ?? '');
}

function withoutType(value: string): string {
  return value.replace(/^\s*[\w-]{1,40}\s*;\s*/, '');
}

/** A report without an Action is of a failure, unless its status is of another class. */
function actionOf(value: string, status: string): DeliveryAction {
  const word = /^\s*(fail|delay|deliver|relay|expand)/i.exec(value)?.[1]?.toLowerCase();
  if (word === 'delay') return 'delayed';
  if (word === 'deliver') return 'delivered';
  if (word === 'relay') return 'relayed';
  if (word === 'expand') return 'expanded';
  if (word === 'fail') return 'failed';
  return status.startsWith('4') ? 'delayed' : status.startsWith('2') ? 'delivered' : 'failed';
}
