/** Rows as SQLite gives them, to records as the ports name them, and back. */

import type { AttachmentRef } from '../../merge/composition.js';
import { Problem } from '../../problem.js';
import type { RecipientState, Role } from '../../recipients/recipient.js';
import type { Suppression } from '../../recipients/suppression.js';
import type { Handover, ReportRecipient, TransactionRecord } from '../../report/summary.js';
import type { SmtpStage } from '../../smtp/outcome.js';
import type { FetchKind } from '../../tracking/fetch.js';
import type { ReadFetch, RecordedFetch } from '../../workflow/fact-ports.js';
import type {
  EmailRecord,
  Mode,
  RecipientRecord,
  RecordedConsent,
  StateCounts,
  TokenFormat,
} from '../../workflow/ports.js';
import type { FieldReader } from './field-sets.js';

export interface EmailRow {
  email_id: string;
  email_number: number;
  mode: string;
  subject: string;
  from_mailbox: string;
  message_id: string;
  created_at: string;
  cancelled_at: string | null;
  token_format: string;
  fingerprint: string;
  composition: string;
  key_fingerprint: string | null;
  source_fingerprint: string | null;
  send_id: string | null;
}

export function emailFromRow(row: EmailRow): EmailRecord {
  return {
    emailId: row.email_id,
    emailNumber: row.email_number,
    mode: row.mode as Mode,
    subject: row.subject,
    from: row.from_mailbox,
    messageId: row.message_id,
    createdAt: new Date(row.created_at),
    cancelledAt: row.cancelled_at === null ? undefined : new Date(row.cancelled_at),
    tokenFormat: row.token_format as TokenFormat,
    fingerprint: row.fingerprint,
    ...(row.source_fingerprint === null ? {} : { sourceFingerprint: row.source_fingerprint }),
    ...(row.send_id === null ? {} : { sendId: row.send_id }),
    ...(row.key_fingerprint === null ? {} : { keyFingerprint: row.key_fingerprint }),
    composition: row.composition,
  };
}

export interface RecipientRow {
  position: number;
  recipient_number: number;
  email_address: string;
  name: string;
  role: string;
  tracked: number;
  shares_pixel: number;
  field_set_id: number | null;
  fields: string;
  attachments: string;
  state: string;
  state_at: string;
  attempts: number;
}

/** @param fields reads what is stored of them. */
export function recipientFromRow(row: RecipientRow, fields: FieldReader): RecipientRecord {
  const { email_address: emailAddress, name } = row;
  return {
    position: row.position,
    recipientNumber: row.recipient_number,
    emailAddress,
    name,
    role: row.role as Role,
    tracked: row.tracked === 1,
    ...(row.shares_pixel === 1 ? { sharesPixel: true } : {}),
    fields: fields.read({ emailAddress, name, fieldSetId: row.field_set_id, fields: row.fields }),
    attachments:
      row.attachments === '[]'
        ? []
        : fromJson('attachments', () => JSON.parse(row.attachments) as AttachmentRef[]),
    state: row.state as RecipientState,
    stateAt: new Date(row.state_at),
    attempts: row.attempts,
  };
}

export type ReportRecipientRow = Omit<RecipientRow, 'fields' | 'attachments' | 'attempts'>;

export function reportRecipientFromRow(
  row: ReportRecipientRow,
): ReportRecipient & { readonly position: number } {
  return {
    position: row.position,
    recipientNumber: row.recipient_number,
    emailAddress: row.email_address,
    name: row.name,
    role: shared(row.role) as Role,
    tracked: row.tracked === 1,
    ...(row.shares_pixel === 1 ? { sharesPixel: true } : {}),
    state: shared(row.state) as RecipientState,
    stateAt: new Date(row.state_at),
  };
}

const words: ReadonlyMap<string, string> = new Map(
  'to cc bcc pending sending accepted deferred rejected uncertain skipped'
    .split(' ')
    .map(word => [word, word]),
);

/** The same text as of the row before: each row brings its own, and a million of them take memory. */
function shared(word: string): string {
  return words.get(word) ?? word;
}

/** @throws Problem `database` */
export function fromJson<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Problem('database', `the ${what} of a recipient cannot be read: the database is damaged`, {
      fix: 'Restore it from a copy.',
      cause,
    });
  }
}

export interface TransactionRow {
  started_at: string;
  ended_at: string;
  stage: string;
  state: string;
  reply_code: number;
  enhanced_status_code: string;
  reply_text: string;
}

export function transactionFromRow(row: TransactionRow): TransactionRecord {
  return {
    startedAt: new Date(row.started_at),
    endedAt: new Date(row.ended_at),
    stage: row.stage as SmtpStage,
    state: row.state as RecipientState,
    replyCode: row.reply_code,
    enhancedStatusCode: row.enhanced_status_code,
    replyText: row.reply_text,
  };
}

export interface HandoverRow {
  position: number;
  started_at: string;
  ended_at: string;
  state: string;
}

export function handoverFromRow(row: HandoverRow): Handover {
  return {
    startedAt: new Date(row.started_at),
    acceptedAt: row.state === 'accepted' ? new Date(row.ended_at) : undefined,
  };
}

export interface ConsentRow {
  agreed_at: string;
  method: string;
  wording: string;
  source: string;
  recorded_at: string;
}

export function consentFromRow(row: ConsentRow): RecordedConsent {
  const { agreed_at: agreedAt, method, wording, source } = row;
  return { agreedAt, method, wording, source, recordedAt: new Date(row.recorded_at) };
}

export interface SuppressionRow {
  email_address: string;
  kind: string;
  reason: string;
  since: string;
}

export function suppressionFromRow({ kind, reason, since }: SuppressionRow): Suppression {
  return { kind: kind as Suppression['kind'], reason, since: new Date(since) };
}

export interface FetchRow {
  email_number: number;
  recipient_number: number;
  fetched_at: string;
  method: string;
  user_agent: string | null;
  network: string;
  kind: string;
  confidence: number;
  rule: string;
}

export function fetchFromRow(row: FetchRow): RecordedFetch {
  return {
    emailNumber: row.email_number,
    recipientNumber: row.recipient_number,
    fetchedAt: Date.parse(row.fetched_at),
    method: row.method as 'GET' | 'HEAD',
    userAgent: row.user_agent ?? '',
    network: row.network,
    kind: row.kind as FetchKind,
    confidence: row.confidence,
    rule: row.rule,
  };
}

export interface CounterRow {
  email_number: number;
  recipient_number: number;
  method: string;
  kind: string;
  confidence: number;
  rule: string;
  fetches: number;
  first_at: string;
  last_at: string;
}

/** The first of them, and the last for all that came after it. */
export function fetchesFromCounter(row: CounterRow): readonly ReadFetch[] {
  const first = fetchFromRow({ ...row, fetched_at: row.first_at, user_agent: null, network: '' });
  const last = { ...first, fetchedAt: Date.parse(row.last_at) };
  return row.fetches === 1 ? [first] : [first, { ...last, times: row.fetches - 1 }];
}

export function countsFromRows(rows: readonly { state: string; count: number }[]): StateCounts {
  const counts = {
    pending: 0,
    sending: 0,
    accepted: 0,
    deferred: 0,
    rejected: 0,
    uncertain: 0,
    skipped: 0,
  };
  for (const row of rows) counts[row.state as RecipientState] = row.count;
  return counts;
}

/**
 * A condition that holds in one of the states. Not with IN: from three values on SQLite makes a table for it each time the
 * statement runs, which took a hundred times as long as all the rest.
 */
export function inState(states: readonly RecipientState[]): string {
  return states.length === 0 ? 'FALSE' : `(${states.map(state => `state = '${state}'`).join(' OR ')})`;
}
