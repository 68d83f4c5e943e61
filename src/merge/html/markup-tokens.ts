/**
 * Tags and comments of HTML and of MJML with the place of each part, as htmlparser2 reads them: the tokenizer that mjml uses.
 * A name may end at any white space, a `>` in quotes ends nothing, and nothing in a comment, a style or a script is a tag.
 */

import { type Place, Problem } from '../../problem.js';
import type { PlaceOf } from '../source-text.js';

export type MarkupToken = StartTagToken | EndTagToken | CommentToken;

interface Part {
  readonly offset: number;
  readonly end: number;
}

export interface StartTagToken extends Part {
  readonly kind: 'start';
  /** In lower case. */
  readonly name: string;
  /** Behind the name. */
  readonly nameEnd: number;
  readonly attributes: readonly MarkupAttribute[];
  /** With a `/` before the `>`. */
  readonly closesItself: boolean;
}

export interface EndTagToken extends Part {
  readonly kind: 'end';
  /** In lower case. */
  readonly name: string;
}

/** A comment, a declaration such as a doctype, a processing instruction, or CDATA. */
export interface CommentToken extends Part {
  readonly kind: 'comment';
}

export interface MarkupAttribute extends Part {
  /** As it is written. */
  readonly name: string;
  /** Without quotes; '' when there is none. */
  readonly value: string;
  readonly valueOffset: number;
  readonly quote: '"' | "'" | '';
}

/** MJML takes minutes for as many. */
const mostTokens = 8_000;
const mostAttributes = 1_000;
const mostAttributesInAll = 20_000;

/** @param placeOf an offset of the text, to name it in a problem. */
export type ReadMarkupTokens = (text: string, placeOf: PlaceOf) => readonly MarkupToken[];

/**
 * Loads the tokenizer, which only templates with MJML need.
 * @returns reads a text; what is between the tokens is text.
 * @throws Problem `template-syntax` (what is returned does) for more tags, comments or attributes than a message could have.
 */
export async function loadMarkupTokens(): Promise<ReadMarkupTokens> {
  const { Tokenizer, QuoteType } = await import('htmlparser2');
  return (text, placeOf) => {
    const tokens: MarkupToken[] = [];
    let tag = { offset: 0, name: '', nameEnd: 0 };
    let attributes: MarkupAttribute[] = [];
    let attributesInAll = 0;
    let attribute = { name: '', offset: 0 };
    let value = { text: '', offset: 0 };

    const add = (token: MarkupToken) => {
      if (tokens.length === mostTokens)
        throw tooMuch(`there are more than ${told(mostTokens)} tags and comments`, placeOf(token.offset));
      tokens.push(token);
    };
    const finishStartTag = (end: number, closesItself: boolean) => {
      const { offset, name, nameEnd } = tag;
      add({ kind: 'start', offset, name, nameEnd, end, attributes, closesItself });
    };
    const addComment = (start: number, last: number) => {
      add({
        kind: 'comment',
        offset: text.lastIndexOf('<', start - 1),
        end: Math.min(last + 1, text.length),
      });
    };
    const ignore = () => undefined;

    const tokenizer = new Tokenizer(
      { xmlMode: false, decodeEntities: false },
      {
        onopentagname: (start, end) => {
          tag = { offset: start - 1, name: text.slice(start, end).toLowerCase(), nameEnd: end };
          attributes = [];
        },
        onattribname: (start, end) => {
          attribute = { name: text.slice(start, end), offset: start };
          value = { text: '', offset: end };
        },
        onattribdata: (start, end) => {
          value = { text: text.slice(start, end), offset: start };
        },
        onattribend: (quoteType, end) => {
          const quote = quoteType === QuoteType.Double ? '"' : quoteType === QuoteType.Single ? "'" : '';
          const { name, offset } = attribute;
          if (attributes.length === mostAttributes)
            throw tooMuch(
              `<${tag.name}> has more than ${told(mostAttributes)} attributes`,
              placeOf(tag.offset),
            );
          attributesInAll += 1;
          if (attributesInAll > mostAttributesInAll)
            throw tooMuch(`there are more than ${told(mostAttributesInAll)} attributes`, placeOf(tag.offset));
          attributes.push({
            name,
            offset,
            value: value.text,
            valueOffset: value.offset,
            quote,
            end: quoteType === QuoteType.NoValue ? offset + name.length : end,
          });
        },
        onopentagend: last => finishStartTag(last + 1, false),
        onselfclosingtag: last => finishStartTag(last + 1, true),
        onclosetag: (start, end) => {
          const closes = text.indexOf('>', end);
          add({
            kind: 'end',
            name: text.slice(start, end).toLowerCase(),
            offset: text.lastIndexOf('<', start - 1),
            end: closes === -1 ? text.length : closes + 1,
          });
        },
        oncomment: addComment,
        oncdata: addComment,
        ondeclaration: addComment,
        onprocessinginstruction: addComment,
        onattribentity: ignore,
        ontextentity: ignore,
        ontext: ignore,
        onend: ignore,
      },
    );
    tokenizer.write(text);
    tokenizer.end();
    return tokens;
  };
}

function told(count: number): string {
  return count.toLocaleString('en');
}

function tooMuch(what: string, where: Place): Problem {
  return new Problem('template-syntax', what, {
    where,
    fix: 'Make the template smaller, or write what repeats as a loop.',
  });
}
