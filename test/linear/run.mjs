/**
 * Time in proportion: `npm run linear` runs every regular expression that is not linear, and every parser of ours, on the worst texts
 * that are known, and fails where 1 MB needs more than 100 ms. `-- --check` asks the checker about all expressions anew,
 * `-- --update` only about those it has not seen, and writes what it says for the tests.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { checkExpression, printExpression, readVerdicts, verdictsFile } from './checker.mjs';
import { regularExpressionsOfSources } from './find.mjs';

const checkTimeoutMs = 120_000;

const [mode] = process.argv.slice(2);
if (mode === '--update' || mode === '--check')
  updateVerdicts(mode === '--check' ? new Map() : readVerdicts());
else {
  const { measureParsers } = await import('./measure.mjs');
  process.exitCode = await measureParsers(process.argv.slice(2));
}

function updateVerdicts(known) {
  const verdicts = {};
  for (const found of regularExpressionsOfSources()) {
    if (found.source === undefined) continue;
    const name = printExpression(found);
    // What was found by trying is not found each time.
    const isKnown = known.get(name) === 'linear';
    const checked = isKnown ? { verdict: 'linear' } : checkExpression(found, checkTimeoutMs);
    verdicts[name] = checked.verdict;
    if (checked.verdict !== 'linear')
      console.log(
        `${found.file}:${found.line}: ${name}\n  ${checked.verdict} ${checked.attack?.pattern ?? ''}`,
      );
  }
  const text = `${JSON.stringify(verdicts, Object.keys(verdicts).sort(), 2)}\n`;
  const changed = text !== readFileSync(verdictsFile, 'utf8');
  writeFileSync(verdictsFile, text);
  console.log(`${Object.keys(verdicts).length} expressions${changed ? `; ${verdictsFile} has changed` : ''}`);
}
