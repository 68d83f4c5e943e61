import { Problem, Problems } from '../../problem.js';
import { type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import { lineStart, type PlaceOf } from '../source-text.js';
import { keepLiquidBetweenComponents } from './mjml-source.js';

/**
 * MJML to HTML, once per email, with the Liquid still protected. Every piece of Liquid that went in comes out, or
 * the template is refused: mjml drops what it does not expect without a word.
 * @throws Problem(s) `template-syntax`.
 */
export async function compileMjml(source: ProtectedText, placeOf: PlaceOf): Promise<string> {
  const kept = keepLiquidBetweenComponents(source, placeOf);
  const html = await runMjml(kept, source, placeOf);
  const left = new Set(source.tokensIn(html));
  const dropped = source.tokens.filter(entry => !left.has(entry) && !isComment(kept, entry.token));
  if (dropped.length > 0) {
    throw new Problems(
      dropped.map(
        ({ liquid, offset }) =>
          new Problem('template-syntax', `MJML drops ${liquid} here`, {
            where: placeOf(offset),
            fix: 'Move it into the text of a component, or between components of the body.',
          }),
      ),
    );
  }
  return html;
}

/** It takes longer to load than everything else together, and most commands never need it. */
export async function loadMjml() {
  return (await import('mjml')).default;
}

async function runMjml(kept: string, source: ProtectedText, placeOf: PlaceOf): Promise<string> {
  const mjml2html = await loadMjml();
  try {
    const { html } = await mjml2html(kept, {
      validationLevel: 'strict',
      ignoreIncludes: true,
      keepComments: false,
      // MJML would have every reader's program ask Google for fonts that stand in a style: opens that are counted elsewhere.
      fonts: {},
    });
    return html;
  } catch (error) {
    throw mjmlProblems(error, source, placeOf);
  }
}

function mjmlProblems(error: unknown, source: ProtectedText, placeOf: PlaceOf): Error {
  const errors = (error as { errors?: { line: number; message: string }[] }).errors;
  if (errors === undefined) {
    return new Problem('template-syntax', `not an MJML document: ${(error as Error).message}`, {
      where: { file: placeOf(0).file },
      fix: 'It starts with <mjml> and holds one <mj-body>.',
      cause: error,
    });
  }
  return new Problems(
    errors.map(({ line, message }) => {
      // What was added to the source has no line ends, and MJML counts lines alone.
      const { file, line: written } = placeOf(sourceOffset(source, lineStart(source.text, line)));
      return new Problem('template-syntax', source.restore(message), {
        where: { file, ...(written === undefined ? {} : { line: written }) },
      });
    }),
  );
}

/** Liquid in an HTML comment of the template went where the comment went. */
function isComment(source: string, token: string): boolean {
  const at = source.indexOf(token);
  const opened = source.lastIndexOf('<!--', at);
  return opened !== -1 && source.indexOf('-->', opened) > at;
}
