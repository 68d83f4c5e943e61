import { type Attachment, composeMessage } from '../message/compose.js';
import type { Mailbox } from '../message/mailbox.js';
import { deriveMessageId } from '../message/message-id.js';
import type { Fields, Role } from '../recipients/recipient.js';
import type { KeyRing } from '../tracking/key.js';
import { pixelUrl } from '../tracking/pixel.js';
import { printArticleToken, sealToken, type TokenPurpose } from '../tracking/token.js';
import { unsubscribeUrl } from '../tracking/unsubscribe.js';
import type { Composition } from './composition.js';
import { pixelElement } from './pixel-placement.js';
import { createRenderer, type RenderResult } from './render-copy.js';
import { createScope } from './scope.js';

/** What is known of one recipient when their copy is made. */
export interface CopyRecipient {
  readonly recipientNumber: number;
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly tracked: boolean;
  readonly fields: Fields;
}

export interface CopyContext {
  readonly emailId: string;
  readonly emailNumber: number;
  readonly ring: KeyRing;
  /** `rehearsal` for copies that are looked at and not sent: the image works, nothing is recorded. */
  readonly purpose: Extract<TokenPurpose, 'pixel' | 'rehearsal'>;
  /** In the order of the composition. */
  readonly attachments: readonly Attachment[];
  /** For messages: where the template came from. */
  readonly templatePath: string;
}

export interface Copy {
  readonly subject: string;
  readonly messageId: string;
  /** CRLF line ends, 7-bit, not dot-stuffed. */
  readonly message: Uint8Array;
}

export interface CopyPlan {
  /** The merge alone: cheap enough to try for every recipient before the first transaction. */
  render(recipient: CopyRecipient): RenderResult;
  /** @throws Error when the recipient's copy cannot be rendered; `render` says beforehand. */
  make(recipient: CopyRecipient): Promise<Copy>;
}

/**
 * Compiled parts and a recipient to a message. Pure: the same arguments give the same octets.
 * @throws Problem `template-syntax` when the compiled template does not parse.
 */
export function createCopyPlan(composition: Composition, context: CopyContext): CopyPlan {
  const renderTemplate = createRenderer(composition.template, context.templatePath);
  const set = new Map(composition.set);
  const defaults = new Map(composition.defaults);

  function render(recipient: CopyRecipient): RenderResult {
    return renderTemplate(
      createScope({
        ...recipient,
        set,
        defaults,
        emailId: context.emailId,
        unsubscribeUrl: unsubscribeLink(composition, context, recipient),
        pixel: pixel(composition, context, recipient),
      }),
    );
  }

  return {
    render,
    async make(recipient) {
      const result = render(recipient);
      if (!result.ok) throw new Error(`the copy for ${recipient.emailAddress} cannot be rendered`);
      const { subject, html, text } = result.copy;
      const header = addressing(composition, recipient);
      const message = await composeMessage(
        {
          from: composition.from,
          replyTo: composition.replyTo,
          ...header,
          subject,
          date: composition.date,
          inReplyTo: composition.inReplyTo,
          fields: composition.headerFields,
        },
        { text, html, attachments: context.attachments },
        composition.boundary,
      );
      return { subject, messageId: header.messageId, message };
    },
  };
}

/** Group mail shows everybody the same; a mail merge shows each recipient themselves. */
function addressing(
  composition: Composition,
  recipient: CopyRecipient,
): { to: readonly Mailbox[]; cc: readonly Mailbox[]; messageId: string } {
  if (composition.mode === 'group') {
    return { to: composition.to, cc: composition.cc, messageId: composition.messageId };
  }
  return {
    to: [{ name: recipient.name, addrSpec: recipient.emailAddress as Mailbox['addrSpec'] }],
    cc: [],
    messageId: deriveMessageId(composition.messageId, recipient.recipientNumber),
  };
}

function pixel(composition: Composition, context: CopyContext, recipient: CopyRecipient): string {
  if (composition.trackingUrl === undefined || !recipient.tracked) return '';
  return pixelElement(pixelUrl(composition.trackingUrl, pixelToken(composition, context, recipient)));
}

function pixelToken(composition: Composition, context: CopyContext, recipient: CopyRecipient): string {
  // A rehearsal is sealed in either format: an article token has no place to say that it must not count.
  if (composition.tokenFormat === 'article' && context.purpose === 'pixel') {
    return printArticleToken({ emailId: context.emailId, emailAddress: recipient.emailAddress });
  }
  return sealToken(context.ring, {
    purpose: context.purpose,
    emailNumber: context.emailNumber,
    recipientNumber: recipient.recipientNumber,
  });
}

function unsubscribeLink(
  composition: Composition,
  context: CopyContext,
  recipient: CopyRecipient,
): string | undefined {
  if (composition.trackingUrl === undefined) return undefined;
  const token = sealToken(context.ring, {
    purpose: 'unsubscribe',
    emailNumber: context.emailNumber,
    recipientNumber: recipient.recipientNumber,
  });
  return unsubscribeUrl(composition.trackingUrl, token);
}
