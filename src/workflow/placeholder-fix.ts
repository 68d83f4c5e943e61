import { fieldIdentifier } from '../merge/scope.js';
import { nearest } from '../nearest.js';

/** Names that other programs give to what every recipient has. */
const names: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:(?:link_|asm_(?:global_|group_)?)?unsub\w*|opt_?out\w*|abmelde\w*|(?:lien_de_)?d[ée]sinscription)$/,
    'unsubscribe_url',
  ],
  [/^(?:(?:your_|recipient_|contact_)?e?_?mail|(?:your_)?e?_?mail_?address|to)$/, 'email'],
  [/^(?:name|(?:full|recipient|contact|to|your)_?name|nombre|nom|nome|naam|anrede)$/, 'name'],
];

const firstNames =
  /^(?:f_?name|first_?name|first|given_?name|vorname|pr[ée]nom|nombre|nome|voornaam|f[öo]rnamn|fornavn|imi[ęe]|jm[ée]no)$/;
const lastNames =
  /^(?:l_?name|last_?name|last|sur_?name|family_?name|nachname|nom|apellidos?|cognome|achternaam|e[ft]ternamn|e(?:fter|tter)navn|nazwisko|p[řr][íi]jmen[íi])$/;

/**
 * What to write in the place of a merge field of another program.
 * @param words as they stand in the template: `*|FNAME|*`, `%FIRSTNAME%`, `[First name]`, `{!Contact.Name}`, `{{#each items}}`.
 * @param columns of the list, and fields there always are.
 */
export function placeholderFix(words: string, columns: Iterable<string>): string {
  const block = blockFix(words);
  if (block !== undefined) return block;
  const column = columnFor(fieldName(words), [...columns]);
  return column === undefined
    ? 'Write merge fields as {{ name }}.'
    : `Write {{ ${printName(column)} }} in its place.`;
}

/**
 * The field that somebody may have meant who is used to another program: `unsubscribe`, `FNAME`.
 * @param known fields, as a template can ask for them.
 * @returns undefined when none of them is a name for the same.
 */
export function fieldInPlaceOf(field: string, known: readonly string[]): string | undefined {
  return aliasFor(fieldName(field), known, known);
}

/** `{!Contact.FirstName}` → `firstname`, `[First name]` → `first_name`, `%recipient.first%` → `first`. */
function fieldName(words: string): string {
  const field = words.replace(/^(?:<\?php\s+echo|\[\[(?:data|var):|\{contactfield=|%%=v\()/, '');
  const [inner = ''] = /[\p{L}_][\p{L}\p{N}_ .:-]*/u.exec(field) ?? [];
  const last = inner.slice(inner.lastIndexOf('.') + 1);
  return (last === '' ? inner : last)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s:-]+/g, '_')
    .replace(/_$/, '');
}

/** For what Liquid writes as a tag. */
function blockFix(words: string): string | undefined {
  const [, block] = /^(?:<%[_-]?|<#|#|@|\{) ?(if|foreach|list|for)\b/.exec(words) ?? [];
  if (block === 'if') return 'Write {% if field %}…{% endif %} in its place.';
  if (block !== undefined) return 'Write {% for item in items %}…{% endfor %} in its place.';
  if (words.startsWith('{#')) return 'Write {% comment %}…{% endcomment %} in its place.';
  if (!words.startsWith('{{')) return undefined;
  const [, unescaped] = /^\{\{[{&]\s*([\w.]+)/.exec(words) ?? [];
  if (unescaped !== undefined) return `Write {{ ${unescaped} }} in its place.`;
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
  const same = columns.find(column => plain(column) === plain(name));
  return (
    same ??
    aliasFor(
      name,
      columns,
      names.map(([, field]) => field),
    ) ??
    nearest(name, columns)
  );
}

/** @param always fields that are there without a column. */
function aliasFor(name: string, columns: readonly string[], always: readonly string[]): string | undefined {
  for (const alike of [firstNames, lastNames]) {
    if (!alike.test(name)) continue;
    const column = columns.find(one => alike.test(plain(one))) ?? columns.find(one => plain(one) === 'name');
    if (column !== undefined) return column;
  }
  const field = names.find(([pattern]) => pattern.test(name))?.[1];
  return field !== undefined && always.includes(field) ? field : undefined;
}

function plain(column: string): string {
  return column.toLowerCase().replaceAll(/[\s-]+/g, '_');
}

/** A column "First Name" is `first_name` in a template. */
function printName(column: string): string {
  const name = fieldIdentifier(column);
  return name === '' ? `[${JSON.stringify(column)}]` : name;
}
