/**
 * Tags and comments of HTML and of MJML with the place of each part, as htmlparser2 reads them: the tokenizer that mjml uses.
 * A name may end at any white space, a `>` in quotes ends nothing, and nothing in a comment, a style or a script is a tag.
 */

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

/** Loads the tokenizer, which only templates with MJML need. @returns reads a text; what is between the tokens is text. */
export async function loadMarkupTokens(): Promise<(text: string) => readonly MarkupToken[]> {
  const { Tokenizer, QuoteType } = await import('htmlparser2');
  return text => {
    const tokens: MarkupToken[] = [];
    let tag = { offset: 0, name: '', nameEnd: 0 };
    let attributes: MarkupAttribute[] = [];
    let attribute = { name: '', offset: 0 };
    let value = { text: '', offset: 0 };

    const finishStartTag = (end: number, closesItself: boolean) => {
      tokens.push({ kind: 'start', ...tag, end, attributes, closesItself });
    };
    const addComment = (start: number, last: number) => {
      tokens.push({
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
          attributes.push({
            ...attribute,
            value: value.text,
            valueOffset: value.offset,
            quote,
            end: quoteType === QuoteType.NoValue ? attribute.offset + attribute.name.length : end,
          });
        },
        onopentagend: last => finishStartTag(last + 1, false),
        onselfclosingtag: last => finishStartTag(last + 1, true),
        onclosetag: (start, end) => {
          const closes = text.indexOf('>', end);
          tokens.push({
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
