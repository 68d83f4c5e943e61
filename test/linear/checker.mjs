/** The checker of regular expressions, in its build of plain JavaScript, and what it said before. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The main entry would start a native program or a Java one, where there is one.
const { checkSync } = createRequire(import.meta.url)('recheck/lib/browser.js');

/** `linear` or `polynomial …`, `exponential`, `unknown: …`, by expression. Written by `npm run linear -- --update`. */
export const verdictsFile = join(import.meta.dirname, 'verdicts.json');

export function readVerdicts() {
  return new Map(Object.entries(JSON.parse(readFileSync(verdictsFile, 'utf8'))));
}

export function printExpression({ source, flags }) {
  return `/${source}/${flags}`;
}

/**
 * @param timeoutMs a checker that finds nothing until then says `unknown`.
 * @returns the verdict, and for one that is not linear the text that shows it.
 */
export function checkExpression({ source, flags }, timeoutMs) {
  // A sticky expression is tried at each place by the loop around it, as the search of one without the flag does.
  const options = { timeout: timeoutMs, seed: 1 };
  const { status, complexity, attack, error } = checkSync(source, flags.replaceAll(/[yd]/g, ''), options);
  if (status === 'safe') return { verdict: 'linear' };
  if (status === 'unknown') return { verdict: `unknown: ${error.kind}` };
  const degree = complexity.type === 'polynomial' ? ` of degree ${complexity.degree}` : '';
  return { verdict: complexity.type + degree, attack };
}
