import { htmlPieces } from './html-pieces.js';
import { applyEdits } from './text-edits.js';

/**
 * `--!>` ends a comment too (HTML §13.2.5.51). Browsers know that and parsers of mail do not: what is behind it would be hidden in the
 * text part alone. In its place comes an end that all know.
 * @returns HTML of the same length.
 */
export function withKnownCommentEnds(html: string): string {
  if (!html.includes('--!>')) return html;
  const edits = [...htmlPieces(html)]
    .filter(({ kind, start, end }) => kind === 'comment' && html.slice(start, end).endsWith('--!>'))
    .map(({ end }) => ({ offset: end - 4, end, text: '--->' }));
  return applyEdits(html, edits);
}
