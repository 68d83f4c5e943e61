import { nearest } from '../nearest.js';

/** Names that other programs give to what every recipient has, in letters alone. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^(?:unsub|unsubscribe\w*|optout|abmelden)$/, 'unsubscribe_url'],
  [/^(?:e?mail|email_?address|recipient_email|to)$/, 'email'],
  [/^(?:name|full_?name|recipient_name|to_name)$/, 'name'],
];

const firstNames = /^(?:f_?name|first_?name|first|given_?name|vorname|prenom)$/;
const lastNames = /^(?:l_?name|last_?name|last|surname|family_?name|nachname|nom)$/;

/**
 * What to write in the place of a merge field of another program.
 * @param words as they stand in the template: `*|FNAME|*`, `%FIRSTNAME%`, `[FIRST_NAME]`, `{{#each items}}`.
 * @param columns of the list, and fields there always are.
 */
export function placeholderFix(words: string, columns: Iterable<string>): string {
  const block = blockFix(words);
  if (block !== undefined) return block;
  const [inner = ''] = /[A-Za-z][\w.:-]*/.exec(words) ?? [];
  const name = inner.replace(/^recipient\./, '').toLowerCase();
  const column = columnFor(name, [...columns]);
  return column === undefined
    ? 'Write merge fields as {{ name }}.'
    : `Write {{ ${printName(column)} }} in its place.`;
}

/** Handlebars has blocks where Liquid has tags. */
function blockFix(words: string): string | undefined {
  if (!words.startsWith('{{')) return undefined;
  const tag = words
    .slice(2)
    .trim()
    .replace(/^[#^/]/, '')
    .trim();
  const [kind] = /^(?:each|if|unless|with|else)\b/.exec(tag) ?? [];
  const [what = ''] = /^[\w.]*/.exec(tag.slice(kind?.length ?? 0).trim()) ?? [];
  switch (kind) {
    case 'each':
      return `Write {% for item in ${what || 'items'} %}…{% endfor %} in its place.`;
    case 'if':
    case 'unless':
      return `Write {% ${kind} ${what || 'field'} %}…{% end${kind} %} in its place.`;
    case 'else':
      return 'Write {% else %} in its place.';
    case undefined:
      return words.startsWith('{{>') ? 'Templates have no parts but <mj-include> of MJML.' : undefined;
    default:
      return 'Write the whole name of each field instead, without a block around it.';
  }
}

function columnFor(name: string, columns: readonly string[]): string | undefined {
  const plain = (column: string) => column.toLowerCase().replaceAll(/[\s-]+/g, '_');
  const same = columns.find(column => plain(column) === plain(name));
  if (same !== undefined) return same;
  for (const alike of [firstNames, lastNames]) {
    if (!alike.test(name)) continue;
    return (
      columns.find(column => alike.test(plain(column))) ?? columns.find(column => plain(column) === 'name')
    );
  }
  return names.find(([pattern]) => pattern.test(name))?.[1] ?? nearest(name, columns);
}

/** Liquid reads a name with blanks only in brackets. */
function printName(column: string): string {
  return /^[A-Za-z_][\w-]*$/.test(column) ? column : `[${JSON.stringify(column)}]`;
}
