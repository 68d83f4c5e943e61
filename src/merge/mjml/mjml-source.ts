import { Problem } from '../../problem.js';
import { before } from '../../text-scan.js';
import { type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import type { PlaceOf } from '../source-text.js';
import { LiquidBlocks } from './liquid-blocks.js';
import { createMjmlReader } from './mjml-tags.js';

/** Components whose content is HTML or text of the user's, which MJML passes on without looking at it. */
export const contentComponents = new Set([
  'mj-accordion-text',
  'mj-accordion-title',
  'mj-button',
  'mj-navbar-link',
  'mj-preview',
  'mj-raw',
  'mj-social-element',
  'mj-style',
  'mj-table',
  'mj-text',
  'mj-title',
]);

/** Components that may have `mj-raw` among their children, and print it where it stands. */
const rawParents = new Set([
  'mj-accordion',
  'mj-accordion-element',
  'mj-body',
  'mj-column',
  'mj-group',
  'mj-hero',
  'mj-navbar',
  'mj-section',
  'mj-social',
  'mj-wrapper',
]);

/**
 * Makes MJML keep what it would drop in silence: Liquid tags between components are wrapped in `mj-raw`. What cannot
 * be kept is refused: other bare text there, tags that are not closed, an `mj-include` that is nobody's, and a Liquid block
 * that begins in one element and ends in another.
 * @throws Problem `template-syntax` with line and column.
 */
export function keepLiquidBetweenComponents(source: ProtectedText, placeOf: PlaceOf): string {
  const { text } = source;
  const refuse = (offset: number, what: string, fix?: string) =>
    new Problem('template-syntax', what, {
      where: placeOf(sourceOffset(source, offset)),
      fix,
    });
  const open: { name: string; offset: number }[] = [];
  const blocks = new LiquidBlocks();
  let output = '';
  let end = 0;

  /** @param place where an element or attribute begins. */
  const keepBlocksWhole = (part: string, place: number, tokens = source.tokensIn(part)) => {
    const split = blocks.meet(tokens, place);
    if (split === undefined) return;
    const { opener, tag } = split;
    throw refuse(
      text.indexOf(tag.token),
      `${tag.liquid} stands in another element than its ${opener.liquid}: some readers would get half of one`,
      'Put both before and behind whole elements, or both into one.',
    );
  };

  const keepText = (from: number, to: number) => {
    const between = text.slice(from, to);
    const parent = open.at(-1)?.name;
    keepBlocksWhole(between, open.at(-1)?.offset ?? -1);
    if (between.trim() === '' || parent === undefined) return between;
    const words = source.withoutTokens(between);
    if (words.trim() !== '') {
      const offset = from + words.search(/\S/);
      throw refuse(offset, `text directly inside <${parent}> would be dropped`, 'Put it into an <mj-text>.');
    }
    if (!rawParents.has(parent)) {
      throw refuse(
        from + between.search(/\S/),
        `Liquid directly inside <${parent}> has no effect`,
        'Move it into the text or an attribute of a component, or between components of the body.',
      );
    }
    return between.replace(/\S(?:[\s\S]*\S)?/, liquid => `<mj-raw>${liquid}</mj-raw>`);
  };

  const checkAttributes = (from: number, attributes: string) => {
    let bare = source.tokensIn(attributes).length;
    if (bare === 0) return;
    for (const { 0: value, index } of attributes.matchAll(/"[^"]*"|'[^']*'/g)) {
      const tokens = source.tokensIn(value);
      keepBlocksWhole(value, from + index, tokens);
      bare -= tokens.length;
    }
    if (bare === 0) return;
    const outside = attributes.replaceAll(/"[^"]*"|'[^']*'/g, value => ' '.repeat(value.length));
    for (const { 0: word, index } of outside.matchAll(/\S+/g)) {
      const [first] = source.tokensIn(before(word, '='));
      if (first === undefined) continue;
      const at = from + index + word.indexOf(first.token);
      throw refuse(at, `${first.liquid} cannot stand among attributes`, 'Move it into the value of one.');
    }
  };

  const read = createMjmlReader(text);
  for (let tag = read(0); tag !== undefined; tag = read(end)) {
    const { offset, kind, name, attributes, attributesOffset } = tag;
    output += keepText(end, offset) + text.slice(offset, tag.end);
    end = tag.end;
    if (kind === 'comment') continue;
    checkAttributes(attributesOffset, attributes);
    if (kind === 'end') {
      const opened = open.pop();
      if (opened?.name !== name) {
        const what = opened === undefined ? 'nothing is open' : `<${opened.name}> is still open`;
        throw refuse(offset, `</${name}> closes nothing: ${what}`);
      }
    } else if (kind === 'start') {
      if (contentComponents.has(name)) {
        const close = text.indexOf(`</${name}>`, end);
        if (close === -1) throw refuse(offset, `<${name}> is not closed`);
        const include = text.slice(end, close).indexOf('<mj-include');
        if (include !== -1) {
          throw refuse(
            end + include,
            `mj-include has no effect inside <${name}>`,
            'Put it between components; type="html" includes text.',
          );
        }
        keepBlocksWhole(text.slice(end, close), offset);
        output += text.slice(end, close + name.length + 3);
        end = close + name.length + 3;
      } else {
        open.push({ name, offset });
      }
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw refuse(unclosed.offset, `<${unclosed.name}> is not closed`);
  return output + text.slice(end);
}
