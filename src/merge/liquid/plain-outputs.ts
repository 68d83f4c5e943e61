/**
 * Templates that only put values in and ask for a field: `{{ name }}`, `{{ name | default: "there" }}`, `{% if vip == "y" %}…{% else %}…{% endif %}`.
 * Most are such, and a list has a copy for every row, so these are filled in without the engine, in a fifth of its time. The copies
 * are the same.
 */

import { Tokenizer, TypeGuards } from './liquidjs.js';
import { escapeHtml } from './markup.js';
import { type Branch, branchOf, notFields, PlainBranches } from './plain-conditions.js';

export type Filled =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missingField: string };

export type Fill = (scope: Values) => Filled;

type Values = Readonly<Record<string, string>>;

interface Output {
  readonly kind: 'output';
  readonly field: string;
  /** For who has no value. */
  readonly fallback: string | undefined;
  readonly isEscaped: boolean;
}

type Piece = string | Output | { readonly kind: 'choice'; readonly branches: readonly Branch<Piece>[] };

const output =
  /^\{\{-?\s*([A-Za-z_]\w*)\s*(?:\|\s*(?:(raw|escape)|default\s*:\s*(?:"([^"\\{}]*)"|'([^'\\{}]*)'))\s*)?-?\}\}$/;

/**
 * @param source that the engine has parsed.
 * @returns undefined when it needs the engine, for whatever reason.
 */
export function readPlainOutputs(context: 'html' | 'text', source: string): Fill | undefined {
  const pieces = readPieces(context, source);
  if (pieces === undefined) return undefined;
  return scope => {
    const text = fillIn(pieces, scope);
    return typeof text === 'string' ? { ok: true, text } : { ok: false, missingField: text.missingField };
  };
}

function readPieces(context: 'html' | 'text', source: string): readonly Piece[] | undefined {
  const read = new PlainBranches<Piece>(branches => ({ kind: 'choice', branches }));
  for (const token of new Tokenizer(source).readTopLevelTokens()) {
    if (TypeGuards.isTagToken(token)) {
      if (!read.takesTag(token.getText())) return undefined;
      continue;
    }
    // White space that a `-` takes away is not in the content any more.
    const piece = TypeGuards.isHTMLToken(token) ? token.getContent() : toOutput(context, token.getText());
    if (piece === undefined) return undefined;
    read.put(piece);
  }
  return read.pieces();
}

/** @returns the field that has no value, in place of the text. */
function fillIn(pieces: readonly Piece[], scope: Values): string | { readonly missingField: string } {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else if (piece.kind === 'choice') {
      const branch = branchOf(piece.branches, scope);
      if (branch === undefined) continue;
      const filled = fillIn(branch.pieces, scope);
      if (typeof filled !== 'string') return filled;
      text += filled;
    } else {
      const value = scope[piece.field] || (piece.fallback ?? scope[piece.field]);
      if (value === undefined) return { missingField: piece.field };
      text += piece.isEscaped ? escapeHtml(value) : value;
    }
  }
  return text;
}

function toOutput(context: 'html' | 'text', text: string): Output | undefined {
  const [, field, filter, double, single] = output.exec(text) ?? [];
  if (field === undefined || notFields.has(field)) return undefined;
  return {
    kind: 'output',
    field,
    fallback: double ?? single,
    isEscaped: context === 'html' && filter !== 'raw',
  };
}
