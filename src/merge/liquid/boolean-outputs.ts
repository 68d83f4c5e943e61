/**
 * `{{ name or "you" }}` is a default value in Jinja and JavaScript. In Liquid it is a condition, and prints "true" to every reader.
 */
import { Problem, Problems } from '../../problem.js';
import type { PlaceOf } from '../source-text.js';
import type { ProtectedText } from './liquid-protection.js';

/** Nobody mends more one by one. */
const mostTold = 100;

/** @throws Problems `template-syntax`. */
export function refuseBooleanOutputs(source: ProtectedText, placeOf: PlaceOf): void {
  const problems: Problem[] = [];
  for (const { liquid, offset } of source.tokens) {
    const fix = problems.length < mostTold ? fixFor(liquid) : undefined;
    if (fix === undefined) continue;
    problems.push(
      new Problem('template-syntax', `${liquid} gives true or false`, { where: placeOf(offset), fix }),
    );
  }
  if (problems.length > 0) throw new Problems(problems);
}

/** @returns undefined when nothing is wrong. */
function fixFor(liquid: string): string | undefined {
  const isOutput = liquid.startsWith('{{');
  const [, tag] = isOutput ? [] : (/^\{%-?\s*(assign|echo)\b/.exec(liquid) ?? []);
  if (!isOutput && tag === undefined) return undefined;
  const plain = liquid.replaceAll(/"[^"]*"|'[^']*'/g, text => `"${'_'.repeat(text.length - 2)}"`);
  const end = plain.indexOf('|');
  const value = plain.slice(2, end === -1 ? plain.length - 2 : end);
  const isCompared = /[<>]|[=!]=|\scontains\s/.test(value);
  const choice = /\s(or|and)\s+(["\w])/.exec(value);
  const isText = choice?.[2] === '"';
  // What is assigned may be asked for by a condition; a text is no condition.
  if (tag === 'assign' ? isCompared || choice?.[1] !== 'or' || !isText : !isCompared && choice === null)
    return undefined;
  if (choice?.[1] !== 'or' || isCompared)
    return 'Write {% if … %} with the condition, and the words that it chooses between {% else %} and {% endif %}.';
  const [before = ''] = liquid.slice(2).split(/\sor\s/, 1);
  const other = liquid
    .slice(2 + value.indexOf(' or ') + 4, end === -1 ? undefined : end)
    .replace(/-?[}%]\}$/, '')
    .trim();
  const first = before.replace(/^-?\s*(?:echo\b|assign\b[^=]*=)?/, '').trim();
  return `Write ${first} | default: ${other} in its place.`;
}
