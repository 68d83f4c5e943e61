/** HTML as a tree, by the parser that html-to-text and MJML have too. */

export type HtmlDocument = ReturnType<typeof import('htmlparser2').parseDocument>;
export type HtmlNode = HtmlDocument['children'][number];
export type HtmlElement = Extract<HtmlNode, { attribs: unknown }>;

/** Nodes know where they begin and end, and texts are decoded. */
export type ParseHtml = (html: string) => HtmlDocument;

export async function loadHtmlParser(): Promise<ParseHtml> {
  const { parseDocument } = await import('htmlparser2');
  return html => parseDocument(html, { withStartIndices: true, withEndIndices: true });
}
