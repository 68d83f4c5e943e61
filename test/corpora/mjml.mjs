/**
 * Compiles other people's MJML and compares with what mjml itself makes of it. Nothing may differ but the pixel, the preheader,
 * and the ids that mjml draws anew for carousels and menus. mjml is asked for no fonts and no comments, as we ask it
 * (docs/decisions/0020).
 *
 *   npm run build && node test/corpora/mjml.mjs FOLDER…
 *
 * Each FOLDER holds `.mjml` files, and `.md` files with documents of MJML in fences; folders in it are read too. The templates of
 * https://github.com/mjmlio/email-templates and the documentation of https://github.com/mjmlio/mjml are what it is made for.
 * Ends with 1 if a template is refused or differs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mjml2html from 'mjml';
import { checkCopy } from '../../dist/check/copy-rules.js';
import { compileTemplate } from '../../dist/merge/compile-template.js';
import { Problems } from '../../dist/problem.js';

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error('name a folder with templates');

const documents = folders.flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap(name => documentsOf(join(folder, name))),
);
let same = 0;
for (const { name, source } of documents) {
  const said = await compare(name, source);
  if (said.length === 0) same += 1;
  else console.log(`${name}\n${said.map(line => `  ${line}`).join('\n')}`);
}
console.log(`${same} of ${documents.length} give what mjml makes of them`);
process.exitCode = same === documents.length ? 0 : 1;

function documentsOf(path) {
  if (path.endsWith('.mjml')) return [{ name: path, source: readFileSync(path, 'utf8') }];
  if (!path.endsWith('.md')) return [];
  const fences = readFileSync(path, 'utf8').matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm);
  return [...fences]
    .map(([, source], index) => ({ name: `${path}#${index + 1}`, source }))
    .filter(({ source }) => /^\s*<mjml[\s>]/.test(source) && /<mj-body/.test(source));
}

async function compare(name, source) {
  const own = await mjml2html(source, { validationLevel: 'soft', keepComments: false, fonts: {} });
  try {
    const { compiled } = await compileTemplate({ path: 'msg.mjml', source }, 'S');
    const html = compiled.html.replace('{{ pixel | raw }}', '');
    for (const { severity, code, what } of checkCopy({ subject: 'S', html, text: 'long'.repeat(2000) }))
      if (severity === 'error') console.log(`${name}: check says ${code}: ${what}`);
    const [ours, theirs] = [html, own.html].map(text => text.replaceAll(/[\da-f]{16}/g, ''));
    return ours === theirs ? [] : [difference(ours, theirs)];
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : [error];
    return problems.map(({ where, message, stack }) =>
      where === undefined ? stack : `refused ${where.line}:${where.column} ${message}`,
    );
  }
}

function difference(ours, theirs) {
  const at = [...theirs].findIndex((letter, index) => ours[index] !== letter);
  const part = text => JSON.stringify(text.slice(Math.max(0, at - 40), at + 80));
  return `differs at ${at}\n    ours ${part(ours)}\n    mjml ${part(theirs)}`;
}
