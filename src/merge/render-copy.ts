import { headerValueFault } from '../message/header-field.js';
import type { CompiledTemplate } from './compile-template.js';
import { type LiquidText, parseLiquid, renderLiquid, type Scope } from './liquid.js';

export interface RenderedCopy {
  readonly subject: string;
  readonly html: string | undefined;
  readonly text: string;
}

/** Why a recipient's copy cannot be made. The caller names the recipient and the place of the field. */
export type RenderFault =
  | { readonly kind: 'missing-field'; readonly field: string }
  | { readonly kind: 'failed'; readonly why: string };

export type RenderResult =
  | { readonly ok: true; readonly copy: RenderedCopy }
  | { readonly ok: false; readonly fault: RenderFault };

/**
 * Parses the compiled template once.
 * @throws Problem `template-syntax` when a compiler moved Liquid tags so that they no longer match.
 */
export function createRenderer(compiled: CompiledTemplate, file: string): (scope: Scope) => RenderResult {
  const origin = { place: { file }, lineOffset: 0 };
  const parts: readonly (readonly [keyof RenderedCopy, LiquidText])[] = [
    ['subject', parseLiquid('text', compiled.subject, origin)],
    ...(compiled.html === undefined ? [] : [['html', parseLiquid('html', compiled.html, origin)] as const]),
    ['text', parseLiquid('text', compiled.text, origin)],
  ];

  return scope => {
    const copy: { subject: string; html: string | undefined; text: string } = {
      subject: '',
      html: undefined,
      text: '',
    };
    for (const [part, liquid] of parts) {
      const rendered = renderLiquid(liquid, scope);
      if (!rendered.ok) return { ok: false, fault: toFault(rendered) };
      copy[part] = rendered.text;
    }
    const fault = headerValueFault(copy.subject);
    if (fault !== undefined)
      return { ok: false, fault: { kind: 'failed', why: `the subject has a ${fault}` } };
    // A condition without an else, mostly. The builder leaves an empty field out, and RFC 5322 §3.6 wants one with words.
    if (copy.subject.trim() === '')
      return { ok: false, fault: { kind: 'failed', why: 'the subject is empty' } };
    return { ok: true, copy };
  };
}

function toFault(rendered: { missingField: string } | { missingField: undefined; why: string }): RenderFault {
  return rendered.missingField === undefined
    ? { kind: 'failed', why: rendered.why }
    : { kind: 'missing-field', field: rendered.missingField };
}
