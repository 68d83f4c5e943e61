/** The words of a tree as lines: html-to-text decides where one begins, but for tables (`text-tables.ts`). */
import type { FormatCallback, HtmlToTextOptions, SelectorDefinition } from 'html-to-text';
import type { TextNode } from './text-node.js';
import { formatTable } from './text-tables.js';

/** Tables look for these by their names; elsewhere each is a line. */
const lines = 'caption center line td th tr';
/** MJML's paragraphs are divs; without an empty line they would run into each other. */
const paragraphs = 'div';
const headings = 'h1 h2 h3 h4 h5 h6';

/** @returns prints the nodes of a tree. */
export async function loadLayout(): Promise<(nodes: readonly TextNode[]) => string> {
  const { compile } = await import('html-to-text');
  let tree: readonly TextNode[] = [];
  // The library takes HTML alone: it is given one element, and walks the tree where that stands.
  const formatTree: FormatCallback = (_element, walk, builder) => walk([...tree], builder);
  const options: HtmlToTextOptions = {
    wordwrap: false,
    formatters: {
      tree: formatTree,
      mailTable: formatTable,
      words: formatImage,
      numbers: formatNumbers,
    },
    selectors: [
      { selector: 'text-tree', format: 'tree' },
      { selector: 'ol', format: 'numbers' },
      { selector: 'ol[start]', format: 'orderedList' },
      { selector: 'img', format: 'words' },
      { selector: 'table', format: 'mailTable' },
      { selector: 'a', options: { linkBrackets: ['<', '>'], hideLinkHrefIfSameAsText: true } },
      ...select(lines, { format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } }),
      ...select(paragraphs, { format: 'block', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } }),
      ...select(headings, { options: { uppercase: false } }),
    ],
  };
  const convert = compile(options);
  return nodes => {
    tree = nodes;
    return convert('<text-tree></text-tree>');
  };
}

function select(
  names: string,
  definition: Omit<SelectorDefinition, 'selector'>,
): readonly SelectorDefinition[] {
  return names.split(' ').map(selector => ({ selector, ...definition }));
}

/** What an image says to those who do not see it; decoration says nothing. */
const formatImage: FormatCallback = (image, _walk, builder) => {
  const alt = image.attribs?.['alt'] as string | undefined;
  if (alt) builder.addInline(alt);
};

/** A number is written once, and a loop would repeat it: such a list is one without numbers. */
const formatNumbers: FormatCallback = (list, walk, builder) => {
  const hasTags = list.children.some(({ type, data = '' }) => type === 'text' && data.trim() !== '');
  if (hasTags) list.name = 'ul';
  else list.attribs = { ...list.attribs, start: '1' };
  walk([list], builder);
};
