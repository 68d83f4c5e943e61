import type { EmailDraft } from '../../src/workflow/read-draft.js';

/** One email as somebody would send it, and what its copies say to whoever reads them. */
export interface GoldenCase {
  /** Also the folder of its messages, below `mail/`. */
  readonly name: string;
  /** Template, lists and attachments, by path. The first is the template. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Beyond `from` and the subject, which every case has. */
  readonly options: Partial<EmailDraft>;
  /** true: signed with both test keys. */
  readonly signed?: true;
  /** Copies that are kept, from the first; the others are made and compared with those by their headers. */
  readonly keep?: number;
  /** Of every copy. */
  readonly expected: Reading;
  /** Where one copy differs, by its address. */
  readonly own?: Readonly<Record<string, Partial<Reading>>>;
}

/** A message as a parser reads it. */
export interface Reading {
  readonly subject: string;
  /** `Name <addr-spec>`, without quotes; the bare addr-spec where there is no name. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly replyTo?: readonly string[];
  /** Media types as they are nested. */
  readonly tree: string;
  /** What the text part begins with. */
  readonly text: string;
  /** Words that stand in the HTML, in this order. */
  readonly html?: readonly string[];
  /** Images of ours in the HTML. */
  readonly pixels: number;
  /** Name, media type and content of each. */
  readonly files?: readonly (readonly [name: string, type: string, content: string | Uint8Array])[];
  /** Other fields, decoded. */
  readonly fields?: Readonly<Record<string, string>>;
}

export const named = (named: Partial<EmailDraft['named']>): Pick<EmailDraft, 'named'> => ({
  named: { to: [], cc: [], bcc: [], each: [], ...named },
});

export const alternative = 'alternative(text/plain, text/html)';

/** What the plainest email says: each case names what it has beside. */
export const plainest: Reading = {
  subject: 'Hello',
  from: 'Anthony <anthony@example.com>',
  to: ['alice@example.com'],
  tree: alternative,
  text: 'Hello',
  html: ['Hello'],
  pixels: 1,
};
