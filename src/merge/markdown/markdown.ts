/**
 * Markdown to the HTML of a mail, with the Liquid still protected. `javascript:` links are refused by markdown-it's defaults;
 * HTML works as in a template of HTML, as far as it belongs into the body of a page.
 */
import type { Env, MarkdownIt, StateCore, Token } from 'markdown-it';
import { Problem, Problems } from '../../problem.js';
import { firstTitle } from '../body-title.js';
import type { LiquidToken, ProtectedText } from '../liquid/liquid-protection.js';
import type { PageLanguage } from '../page-language.js';
import { elementStyles, layOut } from '../page-layout.js';
import type { PlaceOf } from '../source-text.js';
import { ControlTags } from './control-tags.js';
import { headingsIn } from './headings.js';
import { alignLiquidBlocks } from './liquid-blocks.js';
import { readLiquidLines } from './liquid-lines.js';
import { mostProblems, readBrokenHtml, readRawHtml } from './raw-html.js';
import { markdownText } from './table-lines.js';

export interface CompiledMarkdown {
  readonly html: string;
  /** The first heading, as Liquid; undefined when there is none. */
  title(): string | undefined;
}

/** @throws Problems `template-syntax` with line and column: HTML that cannot work, Liquid that would be lost. */
export async function compileMarkdown(
  source: ProtectedText,
  placeOf: PlaceOf,
  language: PageLanguage | undefined,
): Promise<CompiledMarkdown> {
  const reader = await createReader(source, placeOf, language);
  return {
    html: layOut(reader.html(), language),
    title: () => firstTitle(headingsIn(reader.tokens, source)),
  };
}

interface Reader {
  readonly tokens: readonly Token[];
  html(): string;
}

async function createReader(
  source: ProtectedText,
  placeOf: PlaceOf,
  language: PageLanguage | undefined,
): Promise<Reader> {
  const { default: Library } = await import('markdown-it');
  const tags = new ControlTags(source, placeOf);
  const written = markdownText(tags);
  const markdown = new Library({ html: true, linkify: false, typographer: false });
  const placeOfText = (line: number, text: string) =>
    tags.placeOfOffset(written.offsetOf(text.split('\n', 1)[0] ?? '', line));
  const inComments = new Set<LiquidToken>();
  readLiquidLines(markdown, tags, written.isBetweenRows);
  readBrokenHtml(markdown);
  markdown.core.ruler.push('raw_html', state => {
    for (const tag of readRawHtml(state, tags, placeOfText)) inComments.add(tag);
  });
  markdown.core.ruler.push('liquid', state => alignLiquidBlocks(state, tags));
  addStyles(markdown, elementStyles(language?.direction));
  const environment: Env = {};
  const tokens = markdown.parse(written.text, environment);
  return {
    tokens,
    html: () => {
      const html = markdown.renderer.render(tokens, markdown.options, environment);
      refuseLost(html, tags, environment, inComments);
      return html;
    },
  };
}

/** Markdown drops cells behind the last column, and what follows the name of a language in front of code. */
function refuseLost(
  html: string,
  tags: ControlTags,
  { references = {} }: Env,
  inComments: ReadonlySet<LiquidToken>,
): void {
  const { source } = tags;
  const kept = new Set(source.tokensIn(html));
  for (const { href = '', title = '' } of Object.values(references))
    for (const tag of source.tokensIn(`${href} ${title}`)) kept.add(tag);
  const lost = source.tokens.filter(tag => !kept.has(tag) && !inComments.has(tag));
  if (lost.length === 0) return;
  throw new Problems(
    lost.slice(0, mostProblems).map(
      tag =>
        new Problem('template-syntax', `Markdown would drop ${tag.liquid}`, {
          where: tags.placeOfTag(tag),
          fix: 'A row of a table has as many cells as its head has, and code takes no words behind the name of its language.',
        }),
    ),
  );
}

function styleTokens({ tokens }: StateCore, styles: Readonly<Record<string, string>>): void {
  const elements = tokens.filter(({ type }) => type !== 'liquid');
  for (const [index, block] of elements.entries()) {
    addStyle(block, styles);
    for (const token of block.children ?? []) addStyle(token, styles);
    // The first on the page and the last in a quotation or an item have their distance from what is around them.
    if (block.tag !== 'p' && index > 0) continue;
    const closes = elements[index + 3]?.type;
    if (block.tag === 'p' && (closes === 'blockquote_close' || closes === 'list_item_close'))
      block.attrSet('style', 'margin:0');
    if (index === 0 && /^h\d$/.test(block.tag))
      block.attrSet('style', (styles[block.tag] ?? '').replace('margin:24px', 'margin:0'));
  }
}

function addStyle(token: Token, styles: Readonly<Record<string, string>>): void {
  if (token.tag === '' || token.nesting === -1) return;
  const written = styles[token.tag];
  if (written === undefined) return;
  // Of a cell: to which side Markdown has it.
  const own = token.attrGet('style');
  token.attrSet('style', own === null ? written : `${written};${own}`);
}

/** Has each element carry its style, without a pass over the HTML and the library for it. */
function addStyles(markdown: MarkdownIt, styles: Readonly<Record<string, string>>): void {
  const { rules } = markdown.renderer;
  markdown.core.ruler.push('style', state => styleTokens(state, styles));
  const pre = (text: string) =>
    `<pre style="${styles['pre']}"><code>${markdown.utils.escapeHtml(text)}</code></pre>\n`;
  rules['fence'] = (tokens, index) => pre(tokens[index]?.content ?? '');
  rules['code_block'] = rules['fence'];
  // A wide table scrolls by itself where a client can, else the whole message does.
  rules['table_open'] = (tokens, index, options, _, renderer) =>
    `<div style="overflow-x:auto">${renderer.renderToken(tokens, index, options)}`;
  rules['table_close'] = () => '</table></div>\n';
  rules['liquid'] = (tokens, index) => {
    const token = tokens[index];
    if (token?.block !== true) return token?.content ?? '';
    // The words of an item of a tight list have no element of their own.
    return `${tokens[index - 1]?.hidden === true ? '\n' : ''}${token.content}\n`;
  };
}
