import type { Attachment } from '../message/compose.js';
import type { DkimSigner } from '../message/dkim/signer.js';
import type { Mailbox } from '../message/mailbox.js';
import { deriveMessageId } from '../message/message-id.js';
import { appendBody } from '../message/quoted-printable.js';
import {
  encodeCopyId,
  encodeListUnsubscribe,
  encodeMessageId,
  encodeSubject,
  encodeTo,
  type Skeleton,
  type SkeletonPiece,
} from '../message/skeleton.js';
import { Slab } from '../message/slab.js';
import type { Fields, Role } from '../recipients/recipient.js';
import { joined } from '../smtp/octets.js';
import type { KeyRing } from '../tracking/key.js';
import { pixelUrl } from '../tracking/pixel.js';
import { stopTrackingUrl } from '../tracking/stop-tracking.js';
import { printArticleToken, sealToken, sharedNumber, type TokenPurpose } from '../tracking/token.js';
import { unsubscribeUrl } from '../tracking/unsubscribe.js';
import type { AttachmentRef, Composition } from './composition.js';
import { createSkeleton } from './copy-skeleton.js';
import { createOwnParts } from './own-parts.js';
import { pixelElement } from './pixel-placement.js';
import { createRenderer, type RenderedCopy, type RenderResult } from './render-copy.js';
import { createScope } from './scope.js';

/** What is known of one recipient when their copy is made. */
export interface CopyRecipient {
  readonly recipientNumber: number;
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly tracked: boolean;
  /** true: without a pixel of its own, the copy has the one that all such copies share. */
  readonly sharesPixel?: boolean | undefined;
  readonly fields: Fields;
  /** What nobody else has attached; behind what everybody has. */
  readonly attachments: readonly AttachmentRef[];
}

export interface CopyContext {
  readonly emailId: string;
  readonly emailNumber: number;
  readonly ring: KeyRing;
  /** `rehearsal` for copies that are looked at and not sent: the image works, nothing is recorded. */
  readonly purpose: Extract<TokenPurpose, 'pixel' | 'rehearsal'>;
  /** In the order of the composition. */
  readonly attachments: readonly Attachment[];
  /** Of one recipient's own: read when their copy is made, and let go of with it. */
  readonly readAttachment: (attachment: AttachmentRef) => Promise<Uint8Array>;
  /** undefined: the relay signs, or nobody does. */
  readonly signer?: DkimSigner | undefined;
  /** For messages: where the template came from. */
  readonly templatePath: string;
}

export interface Copy {
  readonly subject: string;
  readonly messageId: string;
  /** The whole message, CRLF line ends, 7-bit, not dot-stuffed. Large pieces are those of other copies too: nobody writes into them. */
  readonly octets: readonly Uint8Array[];
  /** The same in one piece, joined when it is asked for. */
  readonly message: Uint8Array;
}

export interface CopyPlan {
  /**
   * @throws Error when the recipient's copy cannot be rendered; a trial says beforehand. And what `readAttachment` throws.
   */
  make(recipient: CopyRecipient): Promise<Copy>;
  /**
   * The header fields of the copy, without signatures, with the empty line behind them: for rules about them, at the cost of the
   * fields alone. The parameters of Content-Type are those of a message without attachments.
   * @param subject as the recipient reads it.
   */
  header(recipient: CopyRecipient, subject: string): Promise<Uint8Array>;
}

/** The merge alone, without a token to seal: cheap enough to be tried for every recipient before the first transaction. */
export function createTrial(
  composition: Pick<
    Composition,
    'mode' | 'template' | 'boundary' | 'date' | 'set' | 'defaults' | 'trackingUrl'
  >,
  { emailId, templatePath }: Pick<CopyContext, 'emailId' | 'templatePath'>,
): (recipient: CopyRecipient) => RenderResult {
  const { template, boundary, date, trackingUrl } = composition;
  const renderTemplate = createRenderer(template, templatePath, boundary, date);
  const set = new Map(composition.set);
  const defaults = new Map(composition.defaults);
  const roleIsField = composition.mode === 'each';
  const link = trackingUrl === undefined ? undefined : unsubscribeUrl(trackingUrl, 'trial');
  const stop = trackingUrl === undefined ? undefined : stopTrackingUrl(trackingUrl, 'trial');
  const image = trackingUrl === undefined ? '' : pixelElement(pixelUrl(trackingUrl, 'trial'));
  return recipient => {
    const pixel = recipient.tracked || recipient.sharesPixel === true ? image : '';
    const values = {
      set,
      defaults,
      emailId,
      unsubscribeUrl: link,
      stopTrackingUrl: stop,
      pixel,
      roleIsField,
    };
    return renderTemplate(createScope(recipient, values));
  };
}

/**
 * Compiled parts and a recipient to a message. Pure: the same arguments give the same octets. What all copies have in
 * common is built with the first one; after that a copy costs its own values.
 */
export function createCopyPlan(composition: Composition, context: CopyContext): CopyPlan {
  const { template, boundary, date } = composition;
  let renderTemplate: ReturnType<typeof createRenderer> | undefined;
  const set = new Map(composition.set);
  const defaults = new Map(composition.defaults);
  const hasLink = composition.oneClick === true || mayAskFor('unsubscribe_url', composition);
  const asksToStop = mayAskFor('stop_tracking_url', composition);
  const slab = new Slab();
  const composeOwn = createOwnParts(context, boundary);
  // Of copies with attachments of their own, and of those without: they are not built alike when nothing is shared.
  const skeletons = new Map<boolean, Promise<Skeleton>>();

  function skeletonFor({ attachments }: CopyRecipient): Promise<Skeleton> {
    const hasOwn = attachments.length > 0;
    const skeleton = skeletons.get(hasOwn) ?? createSkeleton(composition, context.attachments, hasOwn);
    skeletons.set(hasOwn, skeleton);
    return skeleton;
  }

  function render(recipient: CopyRecipient, link: string | undefined): RenderResult {
    renderTemplate ??= createRenderer(template, context.templatePath, boundary, date);
    return renderTemplate(
      createScope(recipient, {
        set,
        defaults,
        emailId: context.emailId,
        unsubscribeUrl: link,
        stopTrackingUrl: asksToStop ? linkFor('optout', composition, context, recipient) : undefined,
        pixel: pixel(composition, context, recipient),
        roleIsField: composition.mode === 'each',
      }),
    );
  }

  const linkOf = (recipient: CopyRecipient) =>
    hasLink ? linkFor('unsubscribe', composition, context, recipient) : undefined;

  return {
    async header(recipient, subject) {
      const { header } = await createSkeleton(composition, [], false);
      const own = {
        subject,
        messageId: messageIdOf(composition, recipient),
        link: linkOf(recipient),
        copyId: copyToken(composition, context, recipient),
        attached: [],
      };
      return Buffer.concat(splice(header, undefined, recipient, own));
    },

    async make(recipient) {
      const link = linkOf(recipient);
      const result = render(recipient, link);
      if (!result.ok) throw new Error(`the copy for ${recipient.emailAddress} cannot be rendered`);
      const messageId = messageIdOf(composition, recipient);
      const parts = await skeletonFor(recipient);
      const attached = await composeOwn(recipient);
      const copyId = copyToken(composition, context, recipient);
      const own = { subject: result.copy.subject, messageId, link, copyId, attached };
      const header = splice(parts.header, result.copy, recipient, own);
      const body = splice(parts.body, result.copy, recipient, own);
      const signatures =
        context.signer === undefined
          ? []
          : [await context.signer.sign({ header: Buffer.concat(header), body })];
      const octets = slab.gather([...signatures, ...header, ...body]);
      return new MadeCopy(result.copy.subject, messageId, octets);
    },
  };
}

/** A class, since a getter of its own for each copy keeps what made it in memory until a full garbage collection. */
class MadeCopy implements Copy {
  readonly subject: string;
  readonly messageId: string;
  readonly octets: readonly Uint8Array[];

  constructor(subject: string, messageId: string, octets: readonly Uint8Array[]) {
    this.subject = subject;
    this.messageId = messageId;
    this.octets = octets;
  }

  get message(): Uint8Array {
    return joined(this.octets);
  }
}

function messageIdOf(composition: Composition, { recipientNumber }: CopyRecipient): string {
  return composition.mode === 'group'
    ? composition.messageId
    : deriveMessageId(composition.messageId, recipientNumber);
}

/** What is made for one copy. */
interface OwnParts {
  readonly subject: string;
  /** To unsubscribe. */
  readonly link: string | undefined;
  /** '' where the copy has no such field. */
  readonly copyId: string;
  readonly messageId: string;
  /** Parts, each in pieces, with the header fields of a part. */
  readonly attached: readonly (readonly Uint8Array[])[];
}

function splice(
  pieces: readonly SkeletonPiece[],
  copy: RenderedCopy | undefined,
  { name, emailAddress }: CopyRecipient,
  { subject, messageId, link = '', copyId, attached }: OwnParts,
): readonly Uint8Array[] {
  const octets: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece === 'To') octets.push(encodeTo({ name, addrSpec: emailAddress as Mailbox['addrSpec'] }));
    else if (piece === 'Subject') octets.push(encodeSubject(subject));
    else if (piece === 'Message-ID') octets.push(encodeMessageId(messageId));
    else if (piece === 'List-Unsubscribe') octets.push(encodeListUnsubscribe(link));
    else if (piece === 'X-Copy-Id') octets.push(encodeCopyId(copyId));
    else if (piece === 'html') appendBody(octets, copy?.html?.() ?? []);
    else if (piece === 'text') appendBody(octets, copy?.text() ?? []);
    else if ('delimiter' in piece) for (const part of attached) octets.push(piece.delimiter, ...part);
    else octets.push(piece);
  }
  return octets;
}

function pixel(composition: Composition, context: CopyContext, recipient: CopyRecipient): string {
  if (composition.trackingUrl === undefined) return '';
  if (recipient.tracked)
    return pixelElement(pixelUrl(composition.trackingUrl, pixelToken(composition, context, recipient)));
  return recipient.sharesPixel === true
    ? pixelElement(pixelUrl(composition.trackingUrl, sharedToken(context)))
    : '';
}

/** The same in all copies that have it, and sealed whatever the format: it names nobody. */
function sharedToken({ ring, purpose, emailNumber }: CopyContext): string {
  return sealToken(ring, {
    purpose: purpose === 'pixel' ? 'shared' : purpose,
    emailNumber,
    recipientNumber: sharedNumber,
  });
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

/** Whose copy it is, for when it comes back. It says nothing to whoever does not have the key, and is good for nothing else. */
function copyToken(
  { copyId }: Composition,
  { ring, purpose, emailNumber }: CopyContext,
  { recipientNumber }: CopyRecipient,
): string {
  if (copyId !== true) return '';
  return sealToken(ring, { purpose: purpose === 'pixel' ? 'copy' : purpose, emailNumber, recipientNumber });
}

/** By its name; or by one that is only known when it is rendered (`{{ [name] }}`). */
function mayAskFor(field: string, { template }: Composition): boolean {
  return [template.subject, template.html ?? '', template.text].some(
    text => text.includes(field) || asksByName(text),
  );
}

/** A `[` between the braces of Liquid. */
function asksByName(text: string): boolean {
  let bracket = -1;
  let brace = -1;
  for (const { index } of text.matchAll(/\{[{%]/g)) {
    if (bracket < index) bracket = text.indexOf('[', index);
    if (bracket === -1) return false;
    if (brace < index) brace = text.indexOf('}', index);
    if (brace === -1 || bracket < brace) return true;
  }
  return false;
}

function linkFor(
  purpose: 'unsubscribe' | 'optout',
  composition: Composition,
  context: CopyContext,
  recipient: CopyRecipient,
): string | undefined {
  if (composition.trackingUrl === undefined) return undefined;
  const token = sealToken(context.ring, {
    purpose,
    emailNumber: context.emailNumber,
    recipientNumber: recipient.recipientNumber,
  });
  const url = purpose === 'optout' ? stopTrackingUrl : unsubscribeUrl;
  return url(composition.trackingUrl, token);
}
