import type { StatusFields } from './delivery-status.js';
import { statusOfField } from './status-code.js';

/** What Amazon SES tells by way of SNS, as mail: JSON of which one value is JSON again. */
export interface ServerNotification {
  readonly kind: 'bounce' | 'complaint';
  readonly recipients: readonly StatusFields[];
}

const maxCharacters = 512 * 1024;
const maxRecipients = 10_000;

/** @returns undefined for any other text. */
export function readServerNotification(text: string): ServerNotification | undefined {
  const start = text.indexOf('{');
  if (start === -1 || text.length > maxCharacters || !/"notificationType|"eventType/.test(text))
    return undefined;
  const end = text.lastIndexOf('}');
  // Mail programs and gateways fold long lines, and a value of JSON holds no line end of its own.
  const outer = parseObject(text.slice(start, end + 1).replaceAll(/\r?\n ?/g, ''));
  const inner = typeof outer?.['Message'] === 'string' ? parseObject(outer['Message']) : outer;
  const bounced = list(inner?.['bounce'], 'bouncedRecipients');
  if (bounced.length > 0) return { kind: 'bounce', recipients: bounced.flatMap(fieldsOf) };
  const complained = list(inner?.['complaint'], 'complainedRecipients');
  return complained.length > 0 ? { kind: 'complaint', recipients: complained.flatMap(fieldsOf) } : undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseObject(text: string): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

function list(value: unknown, key: string): readonly unknown[] {
  const found = objectOf(value)?.[key];
  return Array.isArray(found) ? found.slice(0, maxRecipients) : [];
}

function fieldsOf(value: unknown): readonly StatusFields[] {
  const told = objectOf(value);
  const word = (key: string) => (typeof told?.[key] === 'string' ? told[key] : '');
  const finalRecipient = word('emailAddress');
  if (finalRecipient === '') return [];
  const action = word('action') === 'delayed' ? 'delayed' : 'failed';
  const diagnostic = word('diagnosticCode').replace(/^\s*[\w-]{1,40}\s*;\s*/, '');
  return [
    {
      finalRecipient,
      originalRecipient: '',
      action,
      status: statusOfField(word('status')),
      diagnostic,
      comment: '',
      remoteMta: '',
    },
  ];
}
