import type { HeaderField } from '../message/header-field.js';
import type { Mailbox } from '../message/mailbox.js';
import type { CompiledTemplate } from './compile-template.js';

/**
 * Everything of an email that its copies are made from, except the recipients: stored with the email as JSON, so that
 * a copy made after a crash, an upgrade or an edit of the template is the same message, octet for octet.
 */
export interface Composition {
  readonly version: 1;
  readonly mode: 'group' | 'each';
  /** addr-spec of MAIL FROM. */
  readonly reversePath: string;
  readonly from: Mailbox;
  readonly replyTo: readonly Mailbox[];
  /** What every copy of group mail shows; empty in `each` mode, where everybody sees themselves. */
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  /** The Date field, taken once. */
  readonly date: string;
  readonly messageId: string;
  readonly inReplyTo?: string | undefined;
  /** true: References names this email itself, since the relay gives every copy a Message-ID of its own. */
  readonly threadAnchor?: true | undefined;
  readonly headerFields: readonly HeaderField[];
  /** true: List-Unsubscribe with the recipient's own link, and List-Unsubscribe-Post. Emails of earlier versions have neither. */
  readonly oneClick?: true | undefined;
  /** true: each copy has a token of its own in X-Copy-Id, which tells whose it was when it comes back. Emails of earlier versions have none. */
  readonly copyId?: true | undefined;
  readonly boundary: string;
  readonly template: CompiledTemplate;
  readonly set: readonly (readonly [string, string])[];
  readonly defaults: readonly (readonly [string, string])[];
  /** Images that the HTML shows are among them. */
  readonly attachments: readonly AttachmentRef[];
  readonly tokenFormat: 'sealed' | 'article';
  /** Base of pixel and unsubscribe URLs, without a trailing slash; undefined when nothing is tracked. */
  readonly trackingUrl?: string | undefined;
  /** Where the command ran: relative paths below start here. */
  readonly folder: string;
  /** The files the email was made from, to notice a change before resuming. */
  readonly sources: readonly SourceRef[];
}

export interface AttachmentRef {
  readonly path: string;
  readonly filename: string;
  readonly sha256: string;
  /** Of an image that the HTML shows. */
  readonly contentId?: string | undefined;
}

/** The path of a source or an attachment, wherever the process that asks runs. */
export function pathOf({ folder }: Composition, { path }: { readonly path: string }): string {
  return path.startsWith('/') ? path : `${folder}/${path}`;
}

export interface SourceRef {
  readonly path: string;
  readonly sha256: string;
}
