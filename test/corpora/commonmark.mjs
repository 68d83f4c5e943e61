/**
 * Compiles the examples of the CommonMark specification and compares with what markdown-it makes of them, as it is asked for HTML.
 * What we add is taken out before: styles, what scrolls around tables, the page. Comments are left out and the names of languages
 * before code, as docs/decisions/0024 says; what is refused has a line.
 *
 *   npm run build && node test/corpora/commonmark.mjs [FILE]
 *
 * FILE is spec.txt of https://github.com/commonmark/commonmark-spec; without it, it is read from GitHub. Ends with 1 if an example
 * differs, or is refused without a line.
 */
import { readFile } from 'node:fs/promises';
import MarkdownIt from 'markdown-it';
import { compileTemplate } from '../../dist/merge/compile-template.js';
import { Problems } from '../../dist/problem.js';

const address = 'https://raw.githubusercontent.com/commonmark/commonmark-spec/master/spec.txt';

const [file] = process.argv.slice(2);
const spec = await (file === undefined ? download() : readFile(file, 'utf8'));
const examples = [...spec.matchAll(/^`{32} example[^\n]*\n([\s\S]*?)^\.\n[\s\S]*?^`{32}$/gm)].map(
  ([, source]) => source.replaceAll('→', '\t'),
);
const markdown = new MarkdownIt({ html: true });

let same = 0;
let refused = 0;
let wrong = 0;
for (const [index, source] of examples.entries()) {
  const said = await compare(source);
  if (said === 'same') same += 1;
  else if (said === 'refused') refused += 1;
  else {
    wrong += 1;
    console.log(`example ${index + 1}: ${JSON.stringify(source)}\n  ${said}`);
  }
}
console.log(
  `${examples.length} examples: ${same} as markdown-it has them, ${refused} refused, ${wrong} different`,
);
process.exitCode = wrong === 0 ? 0 : 1;

async function compare(source) {
  try {
    // A text before: an example may begin like a front matter, or be empty.
    const { compiled } = await compileTemplate({ path: 'm.md', source: `x\n\n${source}` }, 'S');
    const [, body] = /<body[^>]*>([\s\S]*)<\/body>/.exec(compiled.html) ?? [];
    const [ours, theirs] = [body, markdown.render(`x\n\n${source}`)].map(plain);
    return ours === theirs
      ? 'same'
      : `ours        ${JSON.stringify(ours)}\n  markdown-it ${JSON.stringify(theirs)}`;
  } catch (error) {
    const [problem] = error instanceof Problems ? error.problems : [error];
    return problem.where?.line === undefined ? String(problem.stack) : 'refused';
  }
}

function plain(html) {
  return html
    .replaceAll(/\{\{ pixel \| raw \}\}|<div style="[^"]*overflow-x[^"]*">|<!--(?:-?>|[\s\S]*?-->)/g, '')
    .replaceAll(/ style="[^"]*"| class="language-[^"]*"/g, '')
    .replaceAll(/\s*(<\/?div>)\s*/g, '')
    .replaceAll('&#123;', '{')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

async function download() {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.text();
}
