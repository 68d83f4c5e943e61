/**
 * Templates that only put values in: `{{ name }}`, `{{ name | default: "there" }}`, `{{ name | escape }}`, `{{ pixel | raw }}` and text. Most are,
 * and a list has a copy for every row, so these are filled in without the engine. What comes out is the same.
 */

import { Tokenizer, TypeGuards } from './liquidjs.js';
import { escapeHtml } from './markup.js';

export type Filled =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missingField: string };

export type Fill = (scope: Readonly<Record<string, string>>) => Filled;

interface Output {
  readonly field: string;
  /** For who has no value. */
  readonly fallback: string | undefined;
  readonly isEscaped: boolean;
}

const output =
  /^\{\{\s*([A-Za-z_]\w*)\s*(?:\|\s*(?:(raw|escape)|default\s*:\s*(?:"([^"\\{}]*)"|'([^'\\{}]*)'))\s*)?\}\}$/;

/** Words that are no variables to Liquid, and names of what it asks of values. */
const notFields = new Set('true false nil null empty blank and or not contains size first last'.split(' '));

/**
 * @param source that the engine has parsed.
 * @returns undefined when it needs the engine, for whatever reason.
 */
export function readPlainOutputs(context: 'html' | 'text', source: string): Fill | undefined {
  const pieces: (string | Output)[] = [];
  for (const token of new Tokenizer(source).readTopLevelTokens()) {
    const piece = TypeGuards.isHTMLToken(token) ? token.getContent() : toOutput(context, token.getText());
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  return scope => {
    let text = '';
    for (const piece of pieces) {
      if (typeof piece === 'string') text += piece;
      else {
        const value = scope[piece.field] || (piece.fallback ?? scope[piece.field]);
        if (value === undefined) return { ok: false, missingField: piece.field };
        text += piece.isEscaped ? escapeHtml(value) : value;
      }
    }
    return { ok: true, text };
  };
}

function toOutput(context: 'html' | 'text', text: string): Output | undefined {
  const [, field, filter, double, single] = output.exec(text) ?? [];
  if (field === undefined || notFields.has(field)) return undefined;
  return { field, fallback: double ?? single, isEscaped: context === 'html' && filter !== 'raw' };
}
