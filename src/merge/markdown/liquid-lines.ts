import type { MarkdownIt, StateBlock } from 'markdown-it';
import type { ControlTags } from './control-tags.js';

/**
 * A line that holds nothing but `{% … %}` is a block of its own, else it would be drawn into its neighbours. It ends a
 * paragraph, and no table that goes on behind it.
 * @param isBetweenRows of a line of the text that is parsed.
 */
export function readLiquidLines(
  markdown: MarkdownIt,
  tags: ControlTags,
  isBetweenRows: (line: number) => boolean,
): void {
  const rule = (state: StateBlock, line: number, _end: number, silent: boolean): boolean => {
    const begins = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
    const found = tags.only(state.src.slice(begins, state.eMarks[line]));
    if (found === undefined) return false;
    if (silent) return state.parentType !== 'table' || !isBetweenRows(line);
    const token = state.push('liquid', '', 0);
    token.block = true;
    token.content = found.map(tag => tag.token).join('');
    token.map = [line, line + 1];
    state.line = line + 1;
    return true;
  };
  markdown.block.ruler.before('table', 'liquid', rule, {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  });
}
