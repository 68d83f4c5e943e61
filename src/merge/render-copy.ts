import { headerValueFault } from '../message/header-field.js';
import type { EncodedPiece } from '../message/quoted-printable.js';
import type { CompiledTemplate } from './compile-template.js';
import { createUrlCheck, type UrlFault } from './field-urls.js';
import {
  findForeignSyntax,
  findLeftovers,
  firstOfEachKind,
  mayLeaveOver,
  meantWords,
  readableHtml,
  withoutRaw,
} from './leftovers.js';
import {
  createEngines,
  type LiquidText,
  parseLiquid,
  type Rendered,
  renderLiquid,
  type Scope,
} from './liquid/liquid.js';
import { defaultLocale } from './liquid/locale-filters.js';
import { type MarkedTemplate, markStaticRuns } from './liquid/static-runs.js';

export interface RenderedCopy {
  readonly subject: string;
  /** Called once; undefined when the message is plain text only. */
  readonly html: (() => readonly EncodedPiece[]) | undefined;
  readonly text: () => readonly EncodedPiece[];
  /** What reads as a merge field nobody filled in. */
  readonly leftovers: () => readonly Leftover[];
  /** Addresses that values lead astray. */
  readonly urlFaults: () => readonly UrlFault[];
}

export interface Leftover {
  /** As it stands in the copy. */
  readonly words: string;
  /** They are the template's own; else they came with this recipient's values. */
  readonly inTemplate: boolean;
}

/** Why a recipient's copy cannot be made. The caller names the recipient and the place of the field. */
export type RenderFault =
  | { readonly kind: 'missing-field'; readonly field: string }
  | {
      readonly kind: 'unreadable';
      readonly value: string;
      readonly wanted: 'date' | 'number';
      readonly fix: string;
    }
  | { readonly kind: 'failed'; readonly why: string }
  /** So slow that nobody should have to wait for the next. */
  | { readonly kind: 'endless'; readonly why: string };

export type RenderResult =
  | { readonly ok: true; readonly copy: RenderedCopy }
  | { readonly ok: false; readonly fault: RenderFault };

/**
 * Parses the compiled template, and encodes what is the same in every copy, once.
 * @param secret of this email, random (`static-runs.ts`).
 * @param date of this email, as its field has it.
 * @throws Problem `template-syntax` when a compiler moved Liquid tags so that they no longer match.
 */
export function createRenderer(
  compiled: CompiledTemplate,
  file: string,
  secret: string,
  date: string,
): (scope: Scope) => RenderResult {
  const origin = { place: { file }, lineOffset: 0 };
  const engines = createEngines({ locale: compiled.locale ?? defaultLocale, date });
  const subject = parsePart('text', compiled.subject);
  const html = compiled.html === undefined ? undefined : parsePart('html', compiled.html);
  const text = parsePart('text', compiled.text);

  function parsePart(context: 'html' | 'text', template: string): Part {
    // For its errors: what is marked is in other places than what was written.
    const whole = parseLiquid(context, template, origin, engines);
    const marked = markStaticRuns(template, secret);
    const unraw = withoutRaw(template);
    const searched = unraw === template ? whole : parseLiquid(context, unraw, origin, engines);
    return { marked, liquid: parseLiquid(context, marked.source, origin, engines), whole, searched };
  }

  const checkUrls = html === undefined ? undefined : createUrlCheck(html.marked);
  const readsWhole = mayLeaveOver(compiled);
  const meant = meantWords(compiled);
  /** Values alone stand between the marks; the rest need not be read again for each recipient. */
  function leftoversIn(values: readonly string[], scope: Scope): readonly Leftover[] {
    const isMeant = (words: string) =>
      meant.has(words) && !Object.values(scope).some(value => value.includes(words));
    const ofValues = firstOfEachKind(values.flatMap(text => findLeftovers(text, isMeant)));
    if (!readsWhole) return ofValues.map(words => ({ words, inTemplate: false }));
    const ofAll = [subject, text, html].flatMap(part => leftoversOf(part?.searched, scope));
    // Where a part has raw text in pieces, what was raw in the template says that it is meant.
    const others = new Set(ofAll.filter(words => !ofValues.includes(words) && !isMeant(words)));
    return [
      ...ofValues.map(words => ({ words, inTemplate: false })),
      ...[...others].map(words => ({ words, inTemplate: true })),
    ];
  }

  return scope => {
    const line = renderLiquid(subject.whole, scope);
    if (!line.ok) return { ok: false, fault: toFault(line) };
    const fault = headerValueFault(line.text);
    if (fault !== undefined)
      return { ok: false, fault: { kind: 'failed', why: `the subject has a ${fault}` } };
    // A condition without an else, mostly. The builder leaves an empty field out, and RFC 5322 §3.6 wants one with words.
    if (line.text.trim() === '') return { ok: false, fault: { kind: 'failed', why: 'the subject is empty' } };
    const inHtml = html === undefined ? undefined : renderLiquid(html.liquid, scope);
    if (inHtml?.ok === false) return { ok: false, fault: toFault(inHtml) };
    const inText = renderLiquid(text.liquid, scope);
    if (!inText.ok) return { ok: false, fault: toFault(inText) };
    return {
      ok: true,
      copy: {
        subject: line.text,
        html:
          html === undefined || inHtml === undefined ? undefined : () => html.marked.toPieces(inHtml.text),
        text: () => text.marked.toPieces(inText.text),
        leftovers: () => {
          const inSubject = renderLiquid(subject.liquid, scope);
          const values = [inSubject.ok ? inSubject.text : line.text, inText.text, inHtml?.text ?? ''];
          return leftoversIn(values, scope);
        },
        urlFaults: () => (inHtml === undefined ? [] : (checkUrls?.(inHtml.text) ?? [])),
      },
    };
  };
}

interface Part {
  readonly marked: MarkedTemplate;
  readonly liquid: LiquidText;
  /** The same without marks. */
  readonly whole: LiquidText;
  /** Without what is raw, which its author means to be read. */
  readonly searched: LiquidText;
}

function leftoversOf(part: LiquidText | undefined, scope: Scope): readonly string[] {
  const rendered = part === undefined ? undefined : renderLiquid(part, scope);
  if (rendered?.ok !== true) return [];
  return findForeignSyntax(part?.context === 'html' ? readableHtml(rendered.text) : rendered.text);
}

function toFault(rendered: Extract<Rendered, { ok: false }>): RenderFault {
  if (rendered.missingField !== undefined) return { kind: 'missing-field', field: rendered.missingField };
  if (!('unreadable' in rendered))
    return { kind: rendered.isEndless ? 'endless' : 'failed', why: rendered.why };
  const { value, wanted, fix } = rendered.unreadable;
  return { kind: 'unreadable', value, wanted, fix };
}
