import type { ProtectedText } from './liquid/liquid-protection.js';
import { elementStyles, layOut } from './page-layout.js';

type Markdown = InstanceType<typeof import('markdown-it')['default']>;

/**
 * Markdown to the HTML of a mail, with the Liquid still protected. Raw HTML in the Markdown is escaped and
 * `javascript:` links are refused by markdown-it's defaults.
 */
export async function compileMarkdown(source: ProtectedText): Promise<string> {
  const { default: MarkdownIt } = await import('markdown-it');
  const blocks = setTagLinesApart(source);
  const html = styled(new MarkdownIt({ linkify: false, typographer: false })).render(blocks);
  return layOut(unwrapTags(html, source));
}

/** Has each element carry its style, without a pass over the HTML and the library for it. */
function styled(markdown: Markdown): Markdown {
  const { rules } = markdown.renderer;
  markdown.core.ruler.push('style', state => {
    for (const [index, block] of state.tokens.entries()) {
      for (const token of [block, ...(block.children ?? [])]) style(token);
      // The first on the page and the last in a quotation or an item have their distance from what is around them.
      const closes = state.tokens[index + 3]?.type;
      if (block.tag === 'p' && (closes === 'blockquote_close' || closes === 'list_item_close'))
        block.attrSet('style', 'margin:0');
      if (index === 0 && /^h\d$/.test(block.tag))
        block.attrSet('style', (elementStyles[block.tag] ?? '').replace('margin:24px', 'margin:0'));
    }
  });
  const pre = (text: string) =>
    `<pre style="${elementStyles['pre']}"><code>${markdown.utils.escapeHtml(text)}</code></pre>\n`;
  rules['fence'] = (tokens, index) => pre(tokens[index]?.content ?? '');
  rules['code_block'] = rules['fence'];
  // A wide table scrolls by itself where a client can, else the whole message does.
  rules['table_open'] = (tokens, index, options, _, renderer) =>
    `<div style="overflow-x:auto">${renderer.renderToken(tokens, index, options)}`;
  rules['table_close'] = () => '</table></div>\n';
  return markdown;
}

function style(token: ReturnType<Markdown['parse']>[number]): void {
  const styles = elementStyles[token.tag];
  if (styles === undefined || token.nesting === -1) return;
  // Of a cell: to which side Markdown has it.
  const own = token.attrGet('style');
  token.attrSet('style', own === null ? styles : `${styles};${own}`);
}

/** A line that holds nothing but `{% … %}` is a block of its own, else it would be drawn into its neighbours. */
function setTagLinesApart(source: ProtectedText): string {
  const tags = new Set(
    source.tokens.filter(({ liquid }) => liquid.startsWith('{%')).map(({ token }) => token),
  );
  return source.text
    .split('\n')
    .map(line => (tags.has(line.trim()) ? `\n${line.trim()}\n` : line))
    .join('\n');
}

/** `<p>` around a tag alone would leave an empty paragraph in every copy. */
function unwrapTags(html: string, source: ProtectedText): string {
  const opening = `<p style="${elementStyles['p']}">`;
  const closing = '</p>';
  let unwrapped = '';
  let written = 0;
  for (let at = html.indexOf(opening); at !== -1; at = html.indexOf(opening, at + 1)) {
    const from = at + opening.length;
    const end = html.indexOf(closing, from);
    if (end === -1) break;
    const words = html.slice(from, end);
    const [tag, ...others] = source.tokensIn(words);
    if (others.length > 0 || tag?.token !== words || !tag.liquid.startsWith('{%')) continue;
    unwrapped += html.slice(written, at) + words;
    written = end + closing.length;
  }
  return unwrapped + html.slice(written);
}
