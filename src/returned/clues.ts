import { sealedLength } from '../tracking/token.js';
import { addressesIn } from './addresses-in-text.js';
import type { HeaderFields } from './header-fields.js';
import { type MessageParts, readMessageParts } from './message-parts.js';
import type { Returned } from './read-returned.js';

/** What in a message may tell whom it is about, before anybody is asked: most of it is of other people's mail. */
export interface Clues {
  /** Tokens in the addresses that the message was delivered to, where each copy had a reverse-path of its own. */
  readonly reversePathTokens: readonly string[];
  /** ENVID, RFC 3461 §4.4; '' without one. */
  readonly envelopeId: string;
  /** Tokens in the header of the returned message. */
  readonly headerTokens: readonly string[];
  /** Tokens in the body of the returned message, or in what a reply quotes. */
  readonly bodyTokens: readonly string[];
  /** The Message-ID of the returned message, or those that a reply names; with their angle brackets. */
  readonly messageIds: readonly string[];
}

/** More are of no message of ours, and each costs a signature to verify. */
const maxTokens = 100;
const maxMessageIds = 200;

const deliveredTo = [
  'to',
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'x-postfix-sender',
];

export async function cluesOf(returned: Returned): Promise<Clues> {
  const { parts } = returned;
  const original =
    'original' in returned && returned.original.length > 0
      ? await readMessageParts(returned.original)
      : undefined;
  // A reply returns nothing: it quotes, and names its thread.
  const quoted =
    original ?? (returned.kind === 'reply' || returned.kind === 'automatic-reply' ? parts : undefined);
  return {
    reversePathTokens: tokensIn(addressesOf(parts.header).join(' ')),
    envelopeId: returned.kind === 'delivery-status' ? returned.envelopeId : '',
    headerTokens: original === undefined ? [] : tokensIn(textOf(original.header)),
    bodyTokens: quoted === undefined ? [] : tokensIn(bodyOf(quoted)),
    messageIds: [
      ...threadOf(parts.header),
      ...(original === undefined ? [] : idsIn(original.header.first('message-id'))),
    ].slice(0, maxMessageIds),
  };
}

function addressesOf(header: HeaderFields): readonly string[] {
  const values = deliveredTo.flatMap(name => header.every(name));
  return values.flatMap(value => addressesIn(value.slice(0, 10_000)).map(({ address }) => address));
}

function textOf(header: HeaderFields): string {
  return header.all.map(([, value]) => value).join('\n');
}

function bodyOf({ text, html }: MessageParts): string {
  return `${text}\n${html}`;
}

/** In the order of the text, in lower case, each once. Gateways change the case of URLs. */
function tokensIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [run] of text.matchAll(/[a-z0-9]+/gi)) {
    if (run.length !== sealedLength || !/^[a-z2-7]+$/i.test(run)) continue;
    found.add(run.toLowerCase());
    if (found.size === maxTokens) break;
  }
  return [...found];
}

/** The nearest message first. RFC 5322 §3.6.4 */
function threadOf(header: HeaderFields): readonly string[] {
  return [...idsIn(header.first('in-reply-to')), ...idsIn(header.first('references')).toReversed()];
}

function idsIn(value: string): readonly string[] {
  return [...value.slice(0, 50_000).matchAll(/<[^<>\s]{1,500}>/g)].map(match => match[0]);
}
