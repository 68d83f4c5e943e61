import { compileTemplate } from '../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../src/merge/liquid/liquid.js';
import { type Problem, Problems } from '../../src/problem.js';

/** Both parts of a copy, without a pixel. @param fields may hold lists, which no row of a list does. */
export async function partsOf(source: string, fields: object = {}, path = 'm.html') {
  const { compiled } = await compileTemplate({ path, source }, 'S');
  const render = (context: 'html' | 'text', part: string) => {
    const scope = Object.assign(Object.create(null), { pixel: '', ...fields }) as Record<string, string>;
    const rendered = renderLiquid(
      parseLiquid(context, part, { place: { file: path }, lineOffset: 0 }),
      scope,
    );
    if (!rendered.ok) throw new Error(JSON.stringify(rendered));
    return rendered.text;
  };
  return { html: render('html', compiled.html ?? ''), text: render('text', compiled.text) };
}

/** What a template is refused for: `file:line:column message`. */
export async function faultsOf(source: string, path = 'm.html'): Promise<readonly string[]> {
  try {
    await compileTemplate({ path, source }, 'S');
    return [];
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : [error as Problem];
    return problems.map(({ message, where }) => `${where?.file}:${where?.line}:${where?.column} ${message}`);
  }
}
