/**
 * Compares our Liquid with liquidjs, as strict as ours, on the cases of https://github.com/jg-rp/golden-liquid: values are escaped in
 * HTML and not in a text. Cases with files to include are left out, since templates name no others.
 *
 *   npm run build && node test/corpora/golden-liquid.mjs [FILE]
 *
 * FILE is the suite's golden_liquid.json; without it, it is read from GitHub. Ends with 1 if a case differs and no decision below
 * explains why, or if a decision explains nothing any more.
 */
import { readFile } from 'node:fs/promises';
import { Liquid } from 'liquidjs';
import { createEngines } from '../../dist/merge/liquid/liquid.js';

const address = 'https://raw.githubusercontent.com/jg-rp/golden-liquid/main/golden_liquid.json';

/** Why a result may differ. */
const explained = [
  { decision: 13, why: 'dates are those of the email, in its language', meant: /\bdate\b/ },
  {
    decision: 23,
    why: 'what escapes has nothing left to do',
    meant: /\|\s*(?:escape|escape_once|xml_escape)\b/,
  },
  {
    decision: 23,
    why: 'a line end stays one in a text, and is markup in HTML',
    meant: /\|\s*newline_to_br\b/,
  },
  { decision: 23, why: 'a text has no tables', meant: /\{%-?\s*tablerow\b/ },
  {
    decision: 25,
    why: 'text that is a number is that number beside a number',
    meant: /\d\s*[=!]=\s*['"]|['"]\s*[=!]=\s*\d/,
  },
];

const [file] = process.argv.slice(2);
const { tests } = JSON.parse(await (file === undefined ? download() : readFile(file, 'utf8')));
const cases = tests.filter(({ templates }) => templates === undefined);

const ours = createEngines({ locale: 'en-US', date: 'Mon, 23 Nov 2026 09:00:00 +0100' });
const strict = {
  strictVariables: true,
  strictFilters: true,
  lenientIf: true,
  ownPropertyOnly: true,
  templates: {},
};
const theirs = {
  html: new Liquid({ ...strict, outputEscape: 'escape' }),
  text: new Liquid(strict),
};

const counts = new Map();
let unexplained = 0;
for (const context of ['html', 'text']) {
  for (const one of cases) {
    const [own, other] = [ours, theirs].map(engines => resultOf(engines[context], one));
    if (own === other) continue;
    const reason = explained.find(({ meant }) => meant.test(one.template));
    if (reason === undefined) {
      unexplained += 1;
      console.log(
        `${context}: ${one.name}\n  ${JSON.stringify(one.template)}\n  ours     ${own}\n  liquidjs ${other}`,
      );
    } else {
      const line = `decision ${reason.decision}, ${reason.why}`;
      counts.set(line, { ...counts.get(line), [context]: (counts.get(line)?.[context] ?? 0) + 1 });
    }
  }
}
for (const [line, { html = 0, text = 0 }] of counts)
  console.log(`${line}: ${html} in HTML, ${text} in a text`);
console.log(`${cases.length} cases: ${unexplained} differ from liquidjs and no decision says why`);
const idle = explained.filter(({ decision, why }) => !counts.has(`decision ${decision}, ${why}`));
for (const { decision, why } of idle) console.log(`decision ${decision}, ${why}: nothing any more`);
process.exitCode = unexplained === 0 && idle.length === 0 ? 0 : 1;

async function download() {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.text();
}

/** What is printed, or that nothing is: how an error is worded is not compared. */
function resultOf(engine, { template, data = {} }) {
  try {
    return JSON.stringify(engine.parseAndRenderSync(template, structuredClone(data)));
  } catch {
    return 'an error';
  }
}
