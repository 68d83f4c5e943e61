import { stopTrackingUrl } from '../tracking/stop-tracking.js';
import { unsubscribeUrl } from '../tracking/unsubscribe.js';
import type { Composition } from './composition.js';
import type { CopyContext, CopyRecipient } from './copy-plan.js';
import {
  type Context,
  createEngines,
  type LiquidText,
  parseLiquid,
  renderLiquid,
  type Scope,
} from './liquid/liquid.js';
import { defaultLocale } from './liquid/locale-filters.js';
import { createScope } from './scope.js';

/** One copy as text: to be looked at, not sent. */
export interface ReadableCopy {
  readonly subject: string;
  /** undefined: the message is plain text only. */
  readonly html: string | undefined;
  readonly text: string;
}

export type ReadRecipient = Pick<CopyRecipient, 'emailAddress' | 'name' | 'role' | 'fields'>;

/**
 * The merge without MIME around it. There is never a pixel, since looking at a copy is no open, and the link to
 * unsubscribe unsubscribes nobody.
 */
export function createCopyReader(
  composition: Pick<Composition, 'mode' | 'template' | 'date' | 'set' | 'defaults' | 'trackingUrl'>,
  { emailId, templatePath }: Pick<CopyContext, 'emailId' | 'templatePath'>,
): (recipient: ReadRecipient) => ReadableCopy {
  const { template, date } = composition;
  const origin = { place: { file: templatePath }, lineOffset: 0 };
  const engines = createEngines({ locale: template.locale ?? defaultLocale, date });
  const parse = (context: Context, source: string) => parseLiquid(context, source, origin, engines);
  const subject = parse('text', template.subject);
  const html = template.html === undefined ? undefined : parse('html', template.html);
  const text = parse('text', template.text);
  const toScope = createReadingScope(composition, emailId);
  return recipient => {
    const scope = toScope(recipient);
    const render = (part: LiquidText) => renderOrThrow(part, scope, recipient);
    return {
      subject: render(subject),
      html: html === undefined ? undefined : render(html),
      text: render(text),
    };
  };
}

/** The values of a copy that is read and not sent. */
export function createReadingScope(
  { mode, set, defaults, trackingUrl }: Pick<Composition, 'mode' | 'set' | 'defaults' | 'trackingUrl'>,
  emailId: string,
): (recipient: ReadRecipient) => Scope {
  const values = {
    set: new Map(set),
    defaults: new Map(defaults),
    emailId,
    stopTrackingUrl: trackingUrl === undefined ? undefined : stopTrackingUrl(trackingUrl, 'preview'),
    unsubscribeUrl: trackingUrl === undefined ? undefined : unsubscribeUrl(trackingUrl, 'preview'),
    pixel: '',
    roleIsField: mode === 'each',
  };
  return recipient => createScope(recipient, values);
}

/** @throws Error: a trial of every copy would have said so before. */
export function renderOrThrow(part: LiquidText, scope: Scope, { emailAddress }: ReadRecipient): string {
  const rendered = renderLiquid(part, scope);
  if (!rendered.ok) throw new Error(`the copy for ${emailAddress} cannot be rendered`);
  return rendered.text;
}
