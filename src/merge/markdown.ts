import type { ProtectedText } from './liquid-protection.js';

/**
 * Markdown to the HTML of a mail, with the Liquid still protected. Raw HTML in the Markdown is escaped and
 * `javascript:` links are refused by markdown-it's defaults.
 */
export async function compileMarkdown(source: ProtectedText): Promise<string> {
  const { default: MarkdownIt } = await import('markdown-it');
  const blocks = setTagLinesApart(source);
  const html = new MarkdownIt({ linkify: false, typographer: false }).render(blocks);
  return layOut(unwrapTags(html, source));
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
  let unwrapped = html;
  for (const { token, liquid } of source.tokens) {
    if (liquid.startsWith('{%')) unwrapped = unwrapped.replaceAll(`<p>${token}</p>`, token);
  }
  return unwrapped;
}

/** A page without decoration: a readable measure, the system's own font, colours left to the reader's theme. */
export function layOut(body: string): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body style="margin:0;padding:16px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:600px">
${body}</div>
</body>
</html>
`;
}
