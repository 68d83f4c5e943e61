import { Problem, Problems } from '../problem.js';
import type { ProtectedText } from './liquid-protection.js';
import { keepLiquidBetweenComponents, type MjmlPlace } from './mjml-source.js';

/**
 * MJML to HTML, once per email, with the Liquid still protected. Every piece of Liquid that went in comes out, or
 * the template is refused: mjml drops what it does not expect without a word.
 * @throws Problem(s) `template-syntax`.
 */
export async function compileMjml(source: ProtectedText, place: MjmlPlace): Promise<string> {
  const kept = keepLiquidBetweenComponents(source, place);
  const html = await runMjml(kept, place);
  const dropped = source.tokens.filter(({ token }) => !html.includes(token) && !isComment(kept, token));
  if (dropped.length > 0) {
    throw new Problems(
      dropped.map(
        ({ liquid, offset }) =>
          new Problem('template-syntax', `MJML drops ${liquid} here`, {
            where: { file: place.file, ...place.at(offset) },
            fix: 'Move it into the text of a component, or between components of the body.',
          }),
      ),
    );
  }
  return html;
}

async function runMjml(source: string, place: MjmlPlace): Promise<string> {
  // Loaded here: it takes longer to load than everything else together, and most commands never need it.
  const { default: mjml2html } = await import('mjml');
  try {
    const { html } = await mjml2html(source, {
      validationLevel: 'strict',
      ignoreIncludes: true,
      keepComments: false,
    });
    return html;
  } catch (error) {
    throw mjmlProblems(error, source, place);
  }
}

function mjmlProblems(error: unknown, source: string, place: MjmlPlace): Error {
  const errors = (error as { errors?: { line: number; message: string }[] }).errors;
  if (errors === undefined) {
    return new Problem('template-syntax', `not an MJML document: ${(error as Error).message}`, {
      where: { file: place.file },
      fix: 'It starts with <mjml> and holds one <mj-body>.',
      cause: error,
    });
  }
  const firstLine = place.at(0).line;
  const lines = source.split('\n').length;
  return new Problems(
    errors.map(
      ({ line, message }) =>
        new Problem('template-syntax', message, {
          where: { file: place.file, ...(line <= lines ? { line: line + firstLine - 1 } : {}) },
        }),
    ),
  );
}

/** Liquid in an HTML comment of the template went where the comment went. */
function isComment(source: string, token: string): boolean {
  const at = source.indexOf(token);
  const opened = source.lastIndexOf('<!--', at);
  return opened !== -1 && source.indexOf('-->', opened) > at;
}
