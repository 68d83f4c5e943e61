import { Problem, Problems } from '../../problem.js';
import type { LiquidToken, ProtectedText } from '../liquid/liquid-protection.js';
import type { PlaceOf } from '../source-text.js';
import type { TemplateNotice } from '../template-notice.js';
import { findBorrowedIcons } from './borrowed-icons.js';
import { type MjmlNode, type MjmlTree, readMjmlTree } from './mjml-tree.js';
import { findMovedLiquid } from './moved-liquid.js';
import { findNeededAttributes } from './needed-attributes.js';
import { findTypedLiquid, type MjmlFault, renderTyped } from './typed-liquid.js';
import { findUnreadSheets } from './unread-sheets.js';

export interface CompiledMjml {
  readonly html: string;
  /** Whether a style sheet may hide an element. */
  readonly mayHide: boolean;
  readonly notices: readonly TemplateNotice[];
}

/** With rules of the author, or rules of mjml that hide something. */
const sheetElements = /^(?:mj-style|mj-raw|mj-carousel)$/;

/**
 * MJML to HTML, once per email, with the Liquid still protected. Every piece of Liquid that went in comes out, in its place, or
 * the template is refused: mjml drops what it does not expect without a word.
 * @throws Problem(s) `template-syntax`.
 */
export async function compileMjml(source: ProtectedText, placeOf: PlaceOf): Promise<CompiledMjml> {
  const tree = await readMjmlTree(source, placeOf);
  const html = await runMjml(tree, source);
  const faults = [
    ...findDropped(html, tree, source, placeOf),
    ...findMovedLiquid(html, source, placeOf),
    ...findUnreadSheets(html, source, placeOf),
  ];
  if (faults.length > 0) throw new Problems(faults);
  return {
    html,
    mayHide: tree.elements.some(({ node }) => sheetElements.test(node.tagName)),
    notices: [...tree.notices, ...findBorrowedIcons(html, tree, source)],
  };
}

function findDropped(
  html: string,
  tree: MjmlTree,
  source: ProtectedText,
  placeOf: PlaceOf,
): readonly Problem[] {
  const left = new Set(source.tokensIn(html));
  const isDropped = (liquid: LiquidToken) => !left.has(liquid) && !tree.leftOut.has(liquid);
  return source.tokens.filter(isDropped).map(
    ({ liquid, offset }) =>
      new Problem('template-syntax', `MJML drops ${liquid} here`, {
        where: placeOf(offset),
        fix: 'Move it into the text of a component, or between components of the body.',
      }),
  );
}

/** It takes longer to load than everything else together, and most commands never need it. */
export async function loadMjml() {
  return (await import('mjml')).default;
}

async function runMjml(tree: MjmlTree, source: ProtectedText): Promise<string> {
  const { html, faults } = await validate(tree);
  const { typed, others } = findTypedLiquid(faults, tree, source);
  const problems = [
    ...others.map(fault => toProblem(fault, tree, source)),
    ...findNeededAttributes(tree, source),
  ];
  if (problems.length > 0) throw new Problems(problems);
  if (typed.length === 0) return html;
  return renderTyped(tree, typed, root => render(root, tree, 'skip'));
}

interface Validated {
  /** '' with faults. */
  readonly html: string;
  readonly faults: readonly MjmlFault[];
}

async function validate(tree: MjmlTree): Promise<Validated> {
  try {
    return { html: await render(tree.root, tree, 'strict'), faults: [] };
  } catch (error) {
    const { errors } = (error as Error).cause as { errors?: MjmlFault[] };
    if (errors === undefined) throw error;
    return { html: '', faults: errors };
  }
}

async function render(root: MjmlNode, tree: MjmlTree, validationLevel: 'strict' | 'skip'): Promise<string> {
  const mjml2html = await loadMjml();
  try {
    // It writes into what it is given.
    const { html } = await mjml2html(structuredClone(root), {
      validationLevel,
      keepComments: false,
      // MJML would have every reader's program ask Google for fonts that stand in a style: opens that are counted elsewhere.
      fonts: {},
    });
    return html;
  } catch (cause) {
    throw new Problem('template-syntax', `MJML cannot compile it: ${(cause as Error).message}`, {
      where: { file: tree.placeOf(0).file },
      fix: 'Take out halves of the template until it compiles, to find the part that MJML does not understand.',
      cause,
    });
  }
}

function toProblem(
  { line, message }: MjmlFault,
  { elements, placeOf }: MjmlTree,
  source: ProtectedText,
): Problem {
  const where = placeOf(elements[line]?.offset ?? 0);
  return new Problem('template-syntax', source.restore(message).trim(), { where });
}
